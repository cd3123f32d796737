namespace Platform.Artifacts.Versions;

/// <summary>An event of an artifact; the stream's id is its name.</summary>
internal abstract record ArtifactEvent;

/// <summary>A version was added. Its files are the manifest stored under <see cref="Digest"/>.</summary>
internal sealed record VersionCreated : ArtifactEvent
{
    public required int Number { get; init; }
    public required string Type { get; init; }
    public string? Project { get; init; }
    public string? Description { get; init; }
    public required string Digest { get; init; }
    public required int FileCount { get; init; }
    public required long Size { get; init; }
    public required IReadOnlyDictionary<string, string> Metadata { get; init; }
    public Guid? JobId { get; init; }
    public int? Attempt { get; init; }
    public int? Rank { get; init; }
    public Guid? RunId { get; init; }

    /// <summary>The request's idempotency key, if any.</summary>
    public string? RequestKey { get; init; }

    /// <summary>The hash of the request: a request with the same key and another hash is refused.</summary>
    public string? RequestHash { get; init; }
    public required DateTimeOffset At { get; init; }
}

/// <summary>The alias points at this version from now on.</summary>
internal sealed record AliasSet(string Alias, int Number, DateTimeOffset At) : ArtifactEvent;

internal sealed record AliasRemoved(string Alias, DateTimeOffset At) : ArtifactEvent;

/// <summary>The version is hidden; its bytes, number and aliases are kept, so that it can be restored.</summary>
/// <param name="Reason">Why, as a text for users; null also in events of release 0.1.0.</param>
internal sealed record VersionDeleted(int Number, DateTimeOffset At, string? Reason = null) : ArtifactEvent;

internal sealed record VersionRestored(int Number, DateTimeOffset At) : ArtifactEvent;

/// <summary>Everything of the version but its events was given up. Its number is not used again.</summary>
internal sealed record VersionPurged(int Number, DateTimeOffset At) : ArtifactEvent;

/// <summary>The artifact is in the registry of models from now on.</summary>
internal sealed record ModelRegistered : ArtifactEvent
{
    /// <summary>Any text; the artifact's name where that is all.</summary>
    public required string Name { get; init; }
    public string? Description { get; init; }
    public IReadOnlyDictionary<string, string>? Tags { get; init; }
    public required DateTimeOffset At { get; init; }
}

/// <summary>Null leaves a field as it is.</summary>
internal sealed record ModelChanged(string? Name, string? Description, DateTimeOffset At) : ArtifactEvent;

/// <param name="Value">Null removed it.</param>
internal sealed record ModelTagSet(string Key, string? Value, DateTimeOffset At) : ArtifactEvent;

/// <summary>The artifact is in the registry no longer.</summary>
internal sealed record ModelDeleted(DateTimeOffset At) : ArtifactEvent;

/// <summary>Null leaves a field as it is.</summary>
internal sealed record VersionChanged(int Number, string? Description, string? Stage, DateTimeOffset At)
    : ArtifactEvent;

/// <param name="Value">Null removed it.</param>
internal sealed record VersionTagSet(int Number, string Key, string? Value, DateTimeOffset At) : ArtifactEvent;
