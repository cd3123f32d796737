using System.Text.Json.Serialization;

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

    /// <summary>A program that may be run where the artifact is used.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Executable { get; init; }
}

/// <summary>The body of <c>POST /api/artifacts/{name}/versions</c>; every blob must be uploaded first.</summary>
public sealed record CreateVersion
{
    /// <summary>
    /// <c>model</c>, <c>dataset</c>, <c>code</c>, <c>config</c>, <c>checkpoint</c> or <c>custom</c>. The first version
    /// sets the artifact's type; afterwards <c>custom</c> means "the artifact's type", and any other type is refused.
    /// </summary>
    public string Type { get; init; } = "custom";
    public string? Project { get; init; }
    public string? Description { get; init; }
    public required IReadOnlyList<ArtifactFile> Files { get; init; }
    public IReadOnlyDictionary<string, string> Metadata { get; init; } =
        new Dictionary<string, string>(StringComparer.Ordinal);
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>The job, attempt, rank and run that created it.</summary>
    public Guid? JobId { get; init; }
    public int? Attempt { get; init; }
    public int? Rank { get; init; }
    public Guid? RunId { get; init; }
}

/// <summary>The body of <c>POST /api/artifacts/blobs/missing</c>.</summary>
public sealed record BlobHashes
{
    public required IReadOnlyList<string> Sha256 { get; init; }
}

/// <summary>Those of the named blobs that have to be uploaded.</summary>
public sealed record MissingBlobs
{
    public required IReadOnlyList<string> Sha256 { get; init; }
}

/// <summary>The answer to an upload of several blobs.</summary>
public sealed record StoredBlobs
{
    public required int Count { get; init; }
}

/// <summary>The answer to an upload of bytes.</summary>
public sealed record StoredBlob
{
    public required string Sha256 { get; init; }

    /// <summary>Bytes.</summary>
    public required long Size { get; init; }
}

/// <summary>The body of <c>PUT /api/artifacts/{name}/aliases/{alias}</c>.</summary>
public sealed record SetAlias
{
    public required int Version { get; init; }
}

/// <summary>The body of <c>POST /api/artifacts/{name}/{version}/alias</c>.</summary>
public sealed record AddAlias
{
    public required string Alias { get; init; }
}

/// <summary>
/// One version: the answer to a creation and to <c>GET /api/artifacts/{name}/versions/{version or alias}</c>.
/// </summary>
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

    /// <summary>
    /// SHA-256 over the sorted lines <c>{sha256} {size} {path}\n</c>, with an <c>x</c> after the size of an executable file: equal manifests have equal digests.
    /// </summary>
    public required string Digest { get; init; }
    public required IReadOnlyDictionary<string, string> Metadata { get; init; }
    public Guid? JobId { get; init; }
    public int? Attempt { get; init; }

    /// <summary>The process of the attempt; 0 for a job of one process.</summary>
    public int? Rank { get; init; }
    public Guid? RunId { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it moved to the recycle bin; null when it is not there.</summary>
    public DateTimeOffset? DeletedAt { get; init; }
}

/// <summary>
/// One version without its files, as in <c>GET /api/artifacts/{name}/versions</c> and
/// <c>GET /api/jobs/{id}/artifacts</c>.
/// </summary>
public sealed record ArtifactVersion
{
    public required string Name { get; init; }
    public required int Version { get; init; }
    public required string Type { get; init; }
    public string? Project { get; init; }
    public string? Description { get; init; }

    /// <summary>Its aliases, including <c>latest</c> on the newest version that is not deleted.</summary>
    public required IReadOnlyList<string> Aliases { get; init; }
    public required int FileCount { get; init; }

    /// <summary>Bytes of all files.</summary>
    public required long Size { get; init; }
    public required string Digest { get; init; }
    public required IReadOnlyDictionary<string, string> Metadata { get; init; }
    public Guid? JobId { get; init; }
    public int? Attempt { get; init; }

    /// <summary>The process of the attempt; 0 for a job of one process.</summary>
    public int? Rank { get; init; }
    public Guid? RunId { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was deleted; it can be restored.</summary>
    public DateTimeOffset? DeletedAt { get; init; }

    /// <summary>Who deleted it.</summary>
    public string? DeletedBy { get; init; }

    /// <summary>Why it was deleted, as a text for users.</summary>
    public string? DeleteReason { get; init; }
}

/// <summary>One artifact, as in <c>GET /api/artifacts</c>.</summary>
public sealed record ArtifactSummary
{
    public required string Name { get; init; }
    public required string Type { get; init; }
    public string? Project { get; init; }

    /// <summary>The newest version that is not deleted; null when all are.</summary>
    public int? LatestVersion { get; init; }

    /// <summary>How many versions are not deleted.</summary>
    public required int VersionCount { get; init; }

    /// <summary>Bytes of the latest version.</summary>
    public required long Size { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>One artifact with its aliases: the answer to <c>GET /api/artifacts/{name}</c>.</summary>
public sealed record ArtifactDetail
{
    public required string Name { get; init; }
    public required string Type { get; init; }
    public string? Project { get; init; }
    public string? Description { get; init; }
    public int? LatestVersion { get; init; }
    public required int VersionCount { get; init; }
    public required long Size { get; init; }

    /// <summary>Alias → version, including <c>latest</c>, without aliases of deleted versions.</summary>
    public required IReadOnlyDictionary<string, int> Aliases { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>
/// The savings of deduplication: the answer to <c>GET /api/artifacts/statistics</c>. Deleted versions count as long as
/// they can be restored, because their bytes are stored.
/// </summary>
public sealed record ArtifactStatistics
{
    public required long Artifacts { get; init; }
    public required long Versions { get; init; }
    public required long DeletedVersions { get; init; }

    /// <summary>Files over all versions.</summary>
    public required long Files { get; init; }

    /// <summary>Blobs that versions use.</summary>
    public required long Blobs { get; init; }

    /// <summary>Bytes of all files of all versions.</summary>
    public required long LogicalBytes { get; init; }

    /// <summary>Bytes of the blobs that versions use.</summary>
    public required long PhysicalBytes { get; init; }

    /// <summary><see cref="LogicalBytes"/> minus <see cref="PhysicalBytes"/>.</summary>
    public required long SavedBytes { get; init; }

    /// <summary>
    /// <see cref="SavedBytes"/> divided by <see cref="LogicalBytes"/>: 0.75 when 3 of 4 MB are saved.
    /// </summary>
    public required double SavedRatio { get; init; }

    /// <summary>Blobs that no version uses, or not yet.</summary>
    public required long UnreferencedBlobs { get; init; }
    public required long UnreferencedBytes { get; init; }
}

/// <summary>Published when a version was created.</summary>
public sealed record ArtifactVersionCreatedMessage
{
    public required string Name { get; init; }
    public required int Version { get; init; }
    public required string Type { get; init; }
    public string? Project { get; init; }
    public required long Size { get; init; }
    public required string Digest { get; init; }
    public Guid? JobId { get; init; }
    public int? Attempt { get; init; }
    public Guid? RunId { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
}
