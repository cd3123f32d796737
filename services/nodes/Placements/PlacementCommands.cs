namespace Platform.Nodes.Placements;

/// <summary>A command to the placement of one job.</summary>
internal abstract record PlacementCommand(int Attempt);

internal sealed record RequestPlacement(
    int Attempt,
    Needs Needs,
    IReadOnlyDictionary<string, string> Labels,
    int Priority,
    DateTimeOffset SubmittedAt,
    DateTimeOffset NotBefore
) : PlacementCommand(Attempt);

internal sealed record GrantPlacement(int Attempt, IReadOnlyList<GrantedNode> Nodes) : PlacementCommand(Attempt);

internal sealed record ReleasePlacement(int Attempt) : PlacementCommand(Attempt);

internal sealed record LosePlacement(int Attempt, Guid NodeId, string Reason) : PlacementCommand(Attempt);
