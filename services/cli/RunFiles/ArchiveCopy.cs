using System.IO.Compression;
using System.Text.Json.Nodes;
using Platform.Cli.Jobs;
using Platform.Cli.Server;

namespace Platform.Cli.RunFiles;

/// <summary>What an archive has.</summary>
internal sealed record ArchiveContent(int Runs, int Logs);

/// <summary>
/// Copies an archive of runs and adds the logs of their jobs, which another service has than the one that makes the archive.
/// </summary>
internal sealed class ArchiveCopy(PlatformClient client, bool withLogs)
{
    private const string Run = "/run.json";
    private readonly HashSet<Guid> _logged = [];
    private int _runs;
    private int _logs;

    public async Task<ArchiveContent> CopyAsync(HttpContent archive, Stream output, CancellationToken cancellationToken)
    {
        // Reading an archive begins at its end.
        await using var whole = new FileStream(
            Path.Combine(Path.GetTempPath(), $"platform-export-{Guid.CreateVersion7():N}"),
            new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.ReadWrite,
                Options = FileOptions.DeleteOnClose,
            }
        );
        await ReceiveAsync(archive, whole, cancellationToken);
        try
        {
            await CopyAsync(whole, output, cancellationToken);
        }
        catch (InvalidDataException exception)
        {
            throw new CliException(
                "The platform's answer is no archive, or ended early. Run the command again.",
                exception
            );
        }

        return new ArchiveContent(_runs, _logs);
    }

    private static async Task ReceiveAsync(HttpContent archive, Stream whole, CancellationToken cancellationToken)
    {
        try
        {
            await archive.CopyToAsync(whole, cancellationToken);
        }
        catch (HttpRequestException exception)
        {
            throw new PlatformUnavailableException("The connection was lost. Run the command again.", exception);
        }
    }

    private async Task CopyAsync(Stream whole, Stream output, CancellationToken cancellationToken)
    {
        using var from = new ZipArchive(whole, ZipArchiveMode.Read, leaveOpen: true);
        using var to = new ZipArchive(output, ZipArchiveMode.Create, leaveOpen: true);
        foreach (var entry in from.Entries)
        {
            await using (var content = await entry.OpenAsync(cancellationToken))
            await using (var copy = await CreateAsync(to, entry.FullName, cancellationToken))
            {
                await content.CopyToAsync(copy, cancellationToken);
            }

            if (!entry.FullName.EndsWith(Run, StringComparison.Ordinal))
            {
                continue;
            }

            _runs++;
            if (withLogs && await JobOfAsync(entry, cancellationToken) is { } job && _logged.Add(job))
            {
                await AddLogsAsync(to, entry.FullName[..^Run.Length], job, cancellationToken);
            }
        }
    }

    private static async Task<Guid?> JobOfAsync(ZipArchiveEntry entry, CancellationToken cancellationToken)
    {
        await using var content = await entry.OpenAsync(cancellationToken);
        var run = await JsonNode.ParseAsync(content, cancellationToken: cancellationToken);
        return Guid.TryParse(run?["jobId"].Text(), out var job) ? job : null;
    }

    /// <summary>The logs of all attempts; those of jobs that were deleted permanently, or are somewhere else, are not there.</summary>
    private async Task AddLogsAsync(ZipArchive to, string folder, Guid job, CancellationToken cancellationToken)
    {
        JsonNode view;
        try
        {
            view = await client.GetAsync($"/api/jobs/{job}", cancellationToken);
        }
        catch (NotFoundException)
        {
            return;
        }

        var attempts = view["attempt"]?.GetValue<int>() ?? 0;
        var ranks = Math.Max(1, view.Items("ranks").Count());
        for (var attempt = 1; attempt <= attempts; attempt++)
        {
            for (var rank = 0; rank < ranks; rank++)
            {
                try
                {
                    using var log = await new JobLogSource(client, job, attempt, rank).ReadAsync(
                        from: 0,
                        wait: false,
                        cancellationToken
                    );
                    if (log.End == 0)
                    {
                        continue;
                    }

                    await using var copy = await CreateAsync(
                        to,
                        $"{folder}/logs/attempt-{attempt}{(ranks > 1 ? $"-rank-{rank}" : "")}.log",
                        cancellationToken
                    );
                    await log.CopyAsync(copy, _ => { }, cancellationToken);
                    _logs++;
                }
                catch (NotFoundException)
                {
                    // An earlier attempt may have had fewer processes.
                }
            }
        }
    }

    private static Task<Stream> CreateAsync(ZipArchive zip, string name, CancellationToken cancellationToken) =>
        zip.CreateEntry(name, CompressionLevel.Fastest).OpenAsync(cancellationToken);
}
