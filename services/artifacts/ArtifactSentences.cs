using Platform.Artifacts.Blobs;
using Platform.Contracts.Sentences;

namespace Platform.Artifacts;

/// <summary>Why this service refuses a request.</summary>
internal static class ArtifactSentences
{
    public static readonly Template VersionNumber = new(
        "artifact.version-number",
        "Must be the number of a version, such as 3: an alias may have moved since you read it."
    );

    public static readonly Template<string> NotFound = new(
        "artifact.not-found",
        "There is no artifact '{name}'.",
        problem: "artifact.not-found"
    );

    public static readonly Template None = new(
        "artifact.none",
        "There is no such artifact.",
        problem: "artifact.not-found"
    );

    public static readonly Template<string, string> NoVersion = new(
        "artifact.version-not-found",
        "There is no version '{version}' of an artifact '{name}'.",
        problem: "artifact.version-not-found"
    );

    public static readonly Template<string, string> VersionInBin = new(
        "artifact.version-in-bin",
        "Version '{version}' of '{name}' is in the recycle bin. Restore it to read it.",
        problem: "artifact.version-not-found"
    );

    public static readonly Template AttemptOfNode = new(
        "artifact.attempt-of-node",
        "A node names the job by its ID and the attempt by its number, or neither."
    );

    public static readonly Template ReaderOfNode = new(
        "artifact.reader-of-node",
        "No attempt that this node is known to hold reads it. Name the job and the attempt that do."
    );

    public static readonly Template OnlyMachines = new(
        "artifact.only-machines",
        "Only a node says for which attempt it reads. This list has no such filter."
    );

    public static readonly Template<int> NoVersionNumber = new(
        "artifact.no-version-number",
        "There is no version {version}.",
        problem: "artifact.version-not-found"
    );

    public static readonly Template NoSuchVersion = new(
        "artifact.no-such-version",
        "There is no such version.",
        problem: "artifact.version-not-found"
    );

    public static readonly Template Purged = new(
        "artifact.version-purged",
        "The version was deleted permanently; only its events are left.",
        problem: "artifact.version-purged"
    );

    public static readonly Template<int> VersionDeleted = new(
        "artifact.version-deleted",
        "Version {version} is deleted; restore it before an alias points at it.",
        problem: "artifact.version-deleted"
    );

    public static readonly Template VersionNotDeleted = new(
        "artifact.version-not-deleted",
        "Only a version in the recycle bin can be deleted permanently. Delete it first.",
        problem: "artifact.version-not-deleted"
    );

    public static readonly Template<int> KeyReused = new(
        "artifact.key-reused",
        "This idempotency key created version {version} from another request. Use a new key.",
        problem: "idempotency-key.reused"
    );

    public static readonly Template<string, string> TypeMismatch = new(
        "artifact.type-mismatch",
        "The artifact is of type {type}; a version of it cannot be of type {other}.",
        problem: "artifact.type-mismatch"
    );

    public static readonly Template SomeBlobsMissing = new(
        "artifact.some-blobs-missing",
        "Not all bytes of the version are stored.",
        problem: "artifact.blobs-missing"
    );

    public static readonly Template<int> BlobsMissing = new(
        "artifact.blobs-missing",
        "{count} of the files are not stored with that size. Upload their bytes first.",
        problem: "artifact.blobs-missing"
    );

    public static readonly Template<int, string, string> NoFile = new(
        "artifact.file-not-found",
        "Version {version} of '{name}' has no file '{path}'.",
        problem: "artifact.file-not-found"
    );

    public static readonly Template AttemptFenced = new(
        "artifact.attempt-fenced",
        "A later attempt of the job is running, or the job has ended. Files of earlier attempts are not stored.",
        problem: "artifact.attempt-fenced"
    );

    public static readonly Template ForeignJob = new(
        "artifact.foreign-job",
        "A job's token can only create versions for its own job.",
        problem: "artifact.foreign-job"
    );

    public static readonly Template ForeignAlias = new(
        "artifact.foreign-alias",
        "A job's token can only move aliases of versions that the job made.",
        problem: "artifact.foreign-alias"
    );

    public static readonly Template<BlobName> NoBlob = new(
        "blob.not-found",
        "There is no blob '{sha256}'.",
        problem: "blob.not-found"
    );

    public static readonly Template<long, BlobName, BlobName> ChecksumMismatch = new(
        "blob.checksum-mismatch",
        "The {bytes} bytes received have the SHA-256 {sha256}, not {declared}. Nothing was stored.",
        problem: "blob.checksum-mismatch"
    );

    public static readonly Template<string, BlobName> BlobLost = new(
        "blob.lost",
        "The bytes of '{path}' are missing in the store. Upload {sha256} again to repair it.",
        problem: "blob.lost"
    );

    public static readonly Template StoreFull = new(
        "blob.store-full",
        "The disk for artifact bytes is full. Nothing was stored.",
        problem: "blob.store-full"
    );

    public static readonly Template DeletedMeanwhile = new(
        "blob.deleted-meanwhile",
        "The bytes were deleted as unused while they were uploaded again. Upload them once more.",
        problem: "unavailable"
    );

    public static readonly Template StoreUnavailable = new(
        "blob.store-unavailable",
        "The store of artifact bytes does not answer. Nothing was changed; try again.",
        problem: "unavailable"
    );

    public static readonly Template<string> NotNamedByHash = new(
        "blob.not-named-by-hash",
        "'{entry}' is not a file named by its SHA-256.",
        problem: "blob.invalid-archive"
    );

    public static readonly Template<BlobName, long, long> TooLargeForArchive = new(
        "blob.too-large-for-archive",
        "{sha256} has {bytes} bytes; more than {max} are uploaded by PUT.",
        problem: "blob.invalid-archive"
    );

    public static readonly Template NoArchive = new(
        "blob.no-archive",
        "The body is not a whole tar archive.",
        problem: "blob.invalid-archive"
    );

    public static readonly Template BlobNameRule = new(
        "blob.name",
        "A blob's name must be 64 lower-case hexadecimal digits."
    );

    public static readonly Template<int> MaxHashes = new("blob.max-hashes", "Ask about at most {max} blobs.");

    public static readonly Template Alias = new(
        "artifact.alias",
        "Must be 1 to 128 of A-Z a-z 0-9 . _ -, starting with a letter or digit; 'latest' and versions such as 3 or v3 are reserved."
    );

    public static readonly Template<int> IdempotencyKey = new(
        "artifact.idempotency-key",
        "Must be 1 to {max} characters."
    );

    public static readonly Template ContentDigest = new(
        "artifact.content-digest",
        "Send Content-Digest: sha-256=:Base64: or X-Content-Sha256 with 64 hexadecimal digits."
    );

    public static readonly Template<string> Type = new("artifact.type", "Must be one of {types}.");
    public static readonly Template Rank = new("artifact.rank", "Must be 0 or more.");

    public static readonly Template<int, int, int> Metadata = new(
        "artifact.metadata",
        "Must have at most {max} entries, with keys of at most {maxKey} and values of at most {maxText} characters."
    );

    public static readonly Template<int> FileCount = new("artifact.file-count", "Must have 1 to {max} files.");

    public static readonly Template<string> FileAndFolder = new(
        "artifact.file-and-folder",
        "'{path}' is a file and also a folder."
    );

    public static readonly Template FileFields = new("artifact.file-fields", "Must have path, size and sha256.");
    public static readonly Template PathTwice = new("artifact.path-twice", "This path occurs twice.");

    public static readonly Template Sha256 = new("artifact.sha256", "Must be 64 lower-case hexadecimal digits.");

    public static readonly Template Size = new("artifact.size", "Must be a number of bytes, 0 or more.");
}
