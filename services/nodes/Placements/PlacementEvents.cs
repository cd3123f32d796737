namespace Platform.Nodes.Placements;

/// <summary>
/// What happened to the placement of one job (stream type <c>placement</c>; the stream's id is the job's).
/// </summary>
internal abstract record PlacementEvent;

internal sealed record PlacementRequested(
    int Attempt,
    Needs Needs,
    IReadOnlyDictionary<string, string> Labels,
    int Priority,
    DateTimeOffset SubmittedAt,
    DateTimeOffset NotBefore,
    DateTimeOffset At
) : PlacementEvent;

internal sealed record PlacementGranted(int Attempt, IReadOnlyList<GrantedNode> Nodes, DateTimeOffset At)
    : PlacementEvent;

/// <summary>This attempt and every earlier one hold no resources, and never will again.</summary>
internal sealed record PlacementReleased(int Attempt, DateTimeOffset At) : PlacementEvent;

internal sealed record PlacementLost(int Attempt, Guid NodeId, string Reason, DateTimeOffset At) : PlacementEvent;

/// <summary>The resources that an attempt needs on one node.</summary>
internal sealed record Needs(int Gpus, double Cpus, int MemoryMiB);

/// <summary>A node on which an attempt holds resources.</summary>
/// <param name="Gpus">Indices of the GPUs it holds there.</param>
/// <param name="Rank">The process of the attempt that runs there; 0 in events of release 0.1.0.</param>
internal sealed record GrantedNode(
    Guid NodeId,
    string NodeName,
    IReadOnlyList<int> Gpus,
    double Cpus,
    int MemoryMiB,
    int Rank = 0
);
