namespace Platform.Artifacts.Versions;

/// <summary>A command to an artifact.</summary>
internal abstract record ArtifactCommand;

internal sealed record AddVersion : ArtifactCommand
{
    /// <summary>The type that stands for the artifact's own type.</summary>
    public const string AnyType = "custom";

    public required string Type { get; init; }
    public string? Project { get; init; }
    public string? Description { get; init; }
    public required string Digest { get; init; }
    public required int FileCount { get; init; }
    public required long Size { get; init; }
    public required IReadOnlyDictionary<string, string> Metadata { get; init; }
    public required IReadOnlyList<string> Aliases { get; init; }
    public Guid? JobId { get; init; }
    public int? Attempt { get; init; }
    public int? Rank { get; init; }
    public Guid? RunId { get; init; }
    public string? RequestKey { get; init; }
    public string? RequestHash { get; init; }
}

internal sealed record PointAlias(string Alias, int Number) : ArtifactCommand;

internal sealed record RemoveAlias(string Alias) : ArtifactCommand;

internal sealed record DeleteVersion(int Number, string? Reason = null) : ArtifactCommand;

internal sealed record RestoreVersion(int Number) : ArtifactCommand;

/// <summary>The version leaves the recycle bin for good.</summary>
internal sealed record PurgeVersion(int Number) : ArtifactCommand;
