namespace Platform.Contracts.Artifacts;

/// <summary>One file of a version.</summary>
public sealed record ArtifactFile
{
    /// <summary>Relative, with forward slashes, no <c>.</c> or <c>..</c> parts.</summary>
    public required string Path { get; init; }

    /// <summary>Bytes.</summary>
    public required long Size { get; init; }

    /// <summary>Lower-case hexadecimal SHA-256 of the bytes: the blob's name.</summary>
    public required string Sha256 { get; init; }
}

/// <summary>The body of <c>POST /api/artifacts/{name}/versions</c>; every blob must have been uploaded before.</summary>
public sealed record CreateVersion
{
    /// <summary><c>model</c>, <c>dataset</c>, <c>code</c>, <c>config</c>, <c>checkpoint</c> or <c>custom</c>.</summary>
    public string Type { get; init; } = "custom";
    public string? Project { get; init; }
    public string? Description { get; init; }
    public required IReadOnlyList<ArtifactFile> Files { get; init; }
    public IReadOnlyDictionary<string, string> Metadata { get; init; } =
        new Dictionary<string, string>(StringComparer.Ordinal);
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>The job, attempt and run that made it.</summary>
    public Guid? JobId { get; init; }
    public int? Attempt { get; init; }
    public Guid? RunId { get; init; }
}

/// <summary>One version: the answer to a creation and to <c>GET /api/artifacts/{name}/versions/{version or alias}</c>.</summary>
public sealed record ArtifactManifest
{
    public required string Name { get; init; }
    public required int Version { get; init; }
    public required string Type { get; init; }
    public string? Project { get; init; }
    public string? Description { get; init; }
    public required IReadOnlyList<string> Aliases { get; init; }
    public required IReadOnlyList<ArtifactFile> Files { get; init; }

    /// <summary>Bytes of all files.</summary>
    public required long Size { get; init; }

    /// <summary>SHA-256 over the sorted lines <c>{sha256}  {size}  {path}\n</c>: equal manifests have equal digests.</summary>
    public required string Digest { get; init; }
    public required IReadOnlyDictionary<string, string> Metadata { get; init; }
    public Guid? JobId { get; init; }
    public int? Attempt { get; init; }
    public Guid? RunId { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
}
