using System.IO.Compression;
using System.Text.Json;
using Platform.Tracking.Browsing;
using Platform.Tracking.Metrics;

namespace Platform.Tracking.Exporting;

/// <summary>Writes archives of runs as it reads them: neither the archive nor a run is ever in memory as a whole.</summary>
internal sealed class RunArchiveWriter(
    RunReader runs,
    MetricReader metrics,
    MetricsCsv csv,
    RunDocument document,
    RunLogs logs,
    TimeProvider clock
)
{
    /// <summary>Writes the runs that there still are when it is their turn.</summary>
    public async Task WriteAsync(
        string? project,
        IAsyncEnumerable<string> ids,
        Stream output,
        CancellationToken cancellationToken
    )
    {
        await using var zip = await ZipArchive.CreateAsync(
            output,
            ZipArchiveMode.Create,
            leaveOpen: true,
            entryNameEncoding: null,
            cancellationToken
        );
        var now = clock.GetUtcNow();
        var manifest = new ArchiveManifest(RunArchive.Format, RunArchive.Version, project, now);
        await WriteAsync(
            zip,
            RunArchive.ManifestName,
            JsonSerializer.SerializeToUtf8Bytes(manifest, TrackingJson.Default.ArchiveManifest),
            cancellationToken
        );
        await foreach (var id in ids.WithCancellation(cancellationToken))
        {
            if (
                await runs.FindAsync(id, cancellationToken) is not { } run
                || await metrics.FindSeriesAsync(id, keys: null, cancellationToken) is not { Series: var series }
            )
            {
                continue;
            }

            await WriteAsync(zip, RunArchive.PathOf(id, RunArchive.RunName), document.Describe(run), cancellationToken);
            if (series.Count > 0)
            {
                await using var entry = await CreateAsync(
                    zip,
                    RunArchive.PathOf(id, RunArchive.MetricsName),
                    cancellationToken
                );
                await csv.WriteAsync(series, entry, cancellationToken);
            }

            await foreach (var log in logs.ListAsync(id, cancellationToken))
            {
                await using var entry = await CreateAsync(
                    zip,
                    RunArchive.PathOf(id, $"{RunArchive.LogFolder}{log.Name}"),
                    cancellationToken
                );
                await logs.CopyAsync(id, log.Name, entry, cancellationToken);
            }
        }
    }

    private static async Task WriteAsync(
        ZipArchive zip,
        string name,
        byte[] content,
        CancellationToken cancellationToken
    )
    {
        await using var entry = await CreateAsync(zip, name, cancellationToken);
        await entry.WriteAsync(content, cancellationToken);
    }

    private static Task<Stream> CreateAsync(ZipArchive zip, string name, CancellationToken cancellationToken) =>
        zip.CreateEntry(name, CompressionLevel.Fastest).OpenAsync(cancellationToken);
}
