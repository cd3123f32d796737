using System.Globalization;
using System.Text.RegularExpressions;

namespace Platform.Cli.Backups;

/// <summary>Names of the entries of a backup, and of its file.</summary>
internal static partial class BackupNames
{
    public const string Header = "platform-backup.json";
    public const string Manifest = "manifest.json";
    public const string Checksum = "SHA256";
    private const string FilePrefix = "platform-";
    private const string FileSuffix = ".backup.tar";

    public static string Secret(string name) => $"secrets/{name}";

    public static string Part(string schema, string table, int part) =>
        string.Create(CultureInfo.InvariantCulture, $"database/{schema}/{table}/{part:D6}.gz");

    public static string Blob(string sha256) => $"blobs/{sha256[..2]}/{sha256[2..]}";

    /// <summary>The blob whose bytes an entry has; null for other entries.</summary>
    public static string? BlobOf(string entry) =>
        BlobEntry().Match(entry) is { Success: true } match
            ? match.Groups["first"].Value + match.Groups["rest"].Value
            : null;

    /// <summary>The file of a backup in a folder of them.</summary>
    public static string FileAt(DateTimeOffset time) =>
        FilePrefix + time.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture) + FileSuffix;

    /// <summary>The backups in a folder that were named by <see cref="FileAt"/>, the newest first.</summary>
    public static IReadOnlyList<string> FilesIn(string folder) =>
        [
            .. Directory
                .EnumerateFiles(folder, $"{FilePrefix}*{FileSuffix}")
                .Where(file => BackupFile().IsMatch(Path.GetFileName(file)))
                .OrderDescending(StringComparer.Ordinal),
        ];

    [GeneratedRegex(
        "^blobs/(?<first>[0-9a-f]{2})/(?<rest>[0-9a-f]{62})$",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex BlobEntry();

    [GeneratedRegex(
        "^platform-[0-9]{8}T[0-9]{6}Z\\.backup\\.tar$",
        RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex BackupFile();
}
