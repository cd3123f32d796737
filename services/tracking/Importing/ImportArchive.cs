using System.IO.Compression;
using System.Text.Json;
using System.Text.RegularExpressions;
using Platform.Contracts.Sentences;
using Platform.ServiceDefaults;
using Platform.Tracking.Exporting;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Importing;

/// <summary>The files of one run in an archive.</summary>
internal sealed class ArchivedFiles(string id)
{
    public string Id => id;
    public ZipArchiveEntry? Run { get; set; }
    public ZipArchiveEntry? Metrics { get; set; }
    public Dictionary<string, ZipArchiveEntry> Logs { get; } = new(StringComparer.Ordinal);
}

/// <summary>
/// An archive whose files all have names and sizes that an archive of runs may have. Names are never used as paths; they are checked so
/// that an archive that means harm is refused as a whole.
/// </summary>
internal sealed partial class ImportArchive : IAsyncDisposable
{
    private const int MaxManifestBytes = 64 * 1024;
    private const int FileKind = 0xF000;
    private const int RegularFile = 0x8000;
    private const int Folder = 0x4000;

    private readonly ZipArchive _zip;
    private readonly Dictionary<string, ArchivedFiles> _runs = new(StringComparer.Ordinal);

    private ImportArchive(ZipArchive zip) => _zip = zip;

    /// <summary>In the order in which they were exported.</summary>
    public IReadOnlyCollection<ArchivedFiles> Runs => _runs.Values;

    /// <summary>Opens an archive and looks at everything but the content of its files.</summary>
    /// <returns>The archive, or why it is refused.</returns>
    public static async Task<(ImportArchive? Archive, Sentence? Refusal)> OpenAsync(
        FileStream file,
        TrackingOptions options,
        CancellationToken cancellationToken
    )
    {
        ImportArchive? archive = null;
        try
        {
            if (await ArchiveDirectory.CountAsync(file, options.MaxImportEntries, cancellationToken) is not { } count)
            {
                return (null, RunSentences.NoArchive);
            }

            if (count > options.MaxImportEntries)
            {
                return (null, RunSentences.TooManyEntries.With(options.MaxImportEntries));
            }

            archive = new ImportArchive(
                await ZipArchive.CreateAsync(
                    file,
                    ZipArchiveMode.Read,
                    leaveOpen: true,
                    entryNameEncoding: null,
                    cancellationToken
                )
            );
            if (archive.Check(options) is not { } refusal)
            {
                refusal = await archive.CheckManifestAsync(cancellationToken);
            }

            if (refusal is null)
            {
                return (archive, null);
            }

            await archive.DisposeAsync();
            return (null, refusal);
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException)
        {
            if (archive is not null)
            {
                await archive.DisposeAsync();
            }

            return (null, RunSentences.NoArchive);
        }
    }

    public ValueTask DisposeAsync() => _zip.DisposeAsync();

    private Sentence? Check(TrackingOptions options)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var bytes = 0L;
        foreach (var entry in _zip.Entries)
        {
            var shown = ClientText.Brief(entry.FullName);
            if (entry.IsEncrypted || !IsUsual(entry))
            {
                return RunSentences.EntryKind.With(shown);
            }

            if (!Add(entry))
            {
                return RunSentences.EntryName.With(shown);
            }

            if (!names.Add(entry.FullName))
            {
                return RunSentences.EntryTwice.With(shown);
            }

            // Each length is compared first: the sum of what a file claims may be beyond any number.
            if (entry.Length < 0 || entry.Length > options.MaxImportContentBytes - bytes)
            {
                return RunSentences.ContentTooLarge.With(options.MaxImportContentBytes);
            }

            bytes += entry.Length;
        }

        return null;
    }

    /// <summary>What systems other than Unix pack has no kind.</summary>
    private static bool IsUsual(ZipArchiveEntry entry)
    {
        var kind = (entry.ExternalAttributes >> 16) & FileKind;
        return kind is 0 or RegularFile || (kind is Folder && entry.FullName.EndsWith('/'));
    }

    private bool Add(ZipArchiveEntry entry)
    {
        if (entry.FullName is RunArchive.ManifestName || (FolderName().IsMatch(entry.FullName) && entry.Length == 0))
        {
            return true;
        }

        var match = FileName().Match(entry.FullName);
        var id = match.Groups["id"].Value;
        if (!match.Success || !RunRules.TryNormalizeId(id, out var normalized) || normalized != id)
        {
            return false;
        }

        if (!_runs.TryGetValue(id, out var files))
        {
            _runs.Add(id, files = new ArchivedFiles(id));
        }

        switch (match.Groups["file"].Value)
        {
            case RunArchive.RunName:
                files.Run = entry;
                break;
            case RunArchive.MetricsName:
                files.Metrics = entry;
                break;
            default:
                files.Logs[match.Groups["log"].Value] = entry;
                break;
        }

        return true;
    }

    private async Task<Sentence?> CheckManifestAsync(CancellationToken cancellationToken)
    {
        if (_zip.GetEntry(RunArchive.ManifestName) is not { Length: <= MaxManifestBytes } entry)
        {
            return RunSentences.NoManifest;
        }

        try
        {
            await using var content = await entry.OpenCheckedAsync(cancellationToken);
            var manifest = await JsonSerializer.DeserializeAsync(
                content,
                TrackingJson.Default.ArchiveManifest,
                cancellationToken
            );
            return manifest is { Format: RunArchive.Format, Version: RunArchive.Version }
                ? null
                : RunSentences.NoManifest;
        }
        catch (JsonException)
        {
            return RunSentences.NoManifest;
        }
    }

    [GeneratedRegex(
        @"\Aruns/(?<id>[A-Za-z0-9][A-Za-z0-9._-]{0,63})/(?<file>run\.json|metrics\.csv|logs/(?<log>[A-Za-z0-9][A-Za-z0-9._-]{0,99}))\z",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex FileName();

    [GeneratedRegex(
        @"\Aruns/([A-Za-z0-9][A-Za-z0-9._-]{0,63}/(logs/)?)?\z",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex FolderName();
}
