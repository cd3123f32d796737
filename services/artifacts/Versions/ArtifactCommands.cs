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

    /// <summary>Texts by key that can be changed later; null for none.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }
    public Guid? JobId { get; init; }
    public int? Attempt { get; init; }
    public int? Rank { get; init; }
    public Guid? RunId { get; init; }
    public string? RequestKey { get; init; }
    public string? RequestHash { get; init; }

    /// <summary>For how long the key belongs to the version that it made; null for ever.</summary>
    public TimeSpan? RepeatsFor { get; init; }
}

internal sealed record PointAlias(string Alias, int Number) : ArtifactCommand;

internal sealed record RemoveAlias(string Alias) : ArtifactCommand;

internal sealed record DeleteVersion(int Number, string? Reason = null) : ArtifactCommand;

internal sealed record RestoreVersion(int Number) : ArtifactCommand;

/// <summary>The version leaves the recycle bin for good.</summary>
internal sealed record PurgeVersion(int Number) : ArtifactCommand;

/// <summary>A command to an artifact as a model of the registry.</summary>
internal abstract record ModelCommand : ArtifactCommand;

/// <summary>The artifact is a model of the registry, under a name that may be any text.</summary>
internal sealed record RegisterModel(string Name, string? Description, IReadOnlyDictionary<string, string> Tags)
    : ModelCommand;

/// <summary>Null leaves a field as it is.</summary>
internal sealed record ChangeModel(string? Name, string? Description) : ModelCommand;

/// <param name="Value">Null removes it.</param>
internal sealed record SetModelTag(string Key, string? Value) : ModelCommand;

/// <summary>The model leaves the registry; its versions go into the recycle bin.</summary>
internal sealed record DeleteModel : ModelCommand;

internal sealed record DescribeVersion(int Number, string Description) : ModelCommand;

/// <param name="Value">Null removes it.</param>
internal sealed record SetVersionTag(int Number, string Key, string? Value) : ModelCommand;

/// <param name="Stage">One of <see cref="ModelStages"/>.</param>
/// <param name="ArchiveOthers">Other versions of this stage become archived.</param>
internal sealed record SetStage(int Number, string Stage, bool ArchiveOthers) : ModelCommand;
