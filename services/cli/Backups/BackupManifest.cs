using System.Text.Json;

namespace Platform.Cli.Backups;

/// <summary>The first entry of a backup, which every release can read: what the file is, and which releases know the rest.</summary>
/// <param name="Format">The layout of the file.</param>
/// <param name="PlatformVersion">The release that wrote it.</param>
/// <param name="CreatedAt">When its snapshot was taken.</param>
/// <param name="Host">The machine that it was made on.</param>
internal sealed record BackupHeader(int Format, string PlatformVersion, DateTimeOffset CreatedAt, string Host);

/// <summary>The entry after all data: what there must be in the file, and in a database made from it.</summary>
internal sealed record BackupManifest(
    IReadOnlyList<SchemaContent> Schemas,
    IReadOnlyList<string> Secrets,
    BlobContent Blobs
)
{
    /// <summary>How both are written.</summary>
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Events of all schemas.</summary>
    public long Events() => Schemas.Sum(schema => schema.Events.Values.Sum());
}

/// <summary>One service's schema.</summary>
/// <param name="Migrations">The steps that its tables have been through.</param>
/// <param name="Sequences">The last value that each sequence gave.</param>
/// <param name="Events">How many events there are by type of stream.</param>
internal sealed record SchemaContent(
    string Name,
    IReadOnlyList<string> Migrations,
    IReadOnlyList<TableContent> Tables,
    IReadOnlyDictionary<string, long> Sequences,
    IReadOnlyDictionary<string, long> Events
);

/// <summary>The rows of a table, as PostgreSQL's <c>copy … to stdout</c> writes them, in parts.</summary>
/// <param name="Sha256">Of the text of all parts, unpacked. That of events, which are in order, is their checksum.</param>
internal sealed record TableContent(
    string Name,
    IReadOnlyList<string> Columns,
    int Parts,
    long Rows,
    long Bytes,
    string Sha256
);

/// <summary>The bytes that versions of artifacts and files of runs have.</summary>
/// <param name="Missing">Names of those that the store did not have.</param>
/// <param name="Damaged">Names of those whose bytes in the store were others; they are not restored.</param>
internal sealed record BlobContent(
    long Count,
    long Bytes,
    IReadOnlyList<string> Missing,
    IReadOnlyList<string> Damaged
);
