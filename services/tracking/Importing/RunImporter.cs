using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Platform.Contracts.Sentences;
using Platform.EventStore;
using Platform.ServiceDefaults;
using Platform.Tracking.Exporting;
using Platform.Tracking.Metrics;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Importing;

/// <summary>
/// Imports runs of an archive, one after the other; one that cannot be imported does not keep the others from it. All that is wrong with a
/// run is found before anything of it is stored.
/// </summary>
internal sealed class RunImporter(
    TrackingStore store,
    RunHandler handler,
    RunParents parents,
    MetricWriter writer,
    RunLogs logs,
    IOptions<TrackingOptions> options
)
{
    private const int MaxRunBytes = 64 * 1024 * 1024;

    /// <summary>Imports one run, or says why not.</summary>
    /// <param name="imported">The parents of the runs that were imported before from this archive, to which this one is added.</param>
    /// <param name="dryRun">Only look whether it could be.</param>
    public async Task<ImportedRun> ImportAsync(
        ArchivedFiles files,
        Dictionary<string, string?> imported,
        EventMetadata metadata,
        bool dryRun,
        CancellationToken cancellationToken
    )
    {
        try
        {
            var (run, source) = await ReadRunAsync(files, cancellationToken);
            if (run.Check(files.Id) is var (field, error))
            {
                throw new ImportException(RunSentences.InvalidField.With(field, error));
            }

            var points = await CountPointsAsync(files, cancellationToken);
            var (whole, leftOut) = await WithoutCircleAsync(run, imported, cancellationToken);
            var result = await StoreAsync(files, whole, source, points, metadata, dryRun, cancellationToken);
            if (result.Outcome is not ImportOutcome.Imported)
            {
                return result;
            }

            imported[whole.Id] = whole.ParentId;
            return result with { ParentLeftOut = leftOut };
        }
        catch (ImportException exception)
        {
            return Refused(files.Id, exception.Why);
        }
        catch (StreamOfAnotherKindException)
        {
            return Refused(files.Id, RunSentences.ReservedId);
        }
    }

    /// <summary>A run that would become a part of itself loses its parent.</summary>
    private async Task<(ArchivedRun Run, string? LeftOut)> WithoutCircleAsync(
        ArchivedRun run,
        Dictionary<string, string?> imported,
        CancellationToken cancellationToken
    ) =>
        run.ParentId is { } parent && await parents.IsCircleAsync(run.Id, parent, imported, cancellationToken)
            ? (run with { ParentId = null }, parent)
            : (run, null);

    private async Task<ImportedRun> StoreAsync(
        ArchivedFiles files,
        ArchivedRun run,
        string source,
        long points,
        EventMetadata metadata,
        bool dryRun,
        CancellationToken cancellationToken
    )
    {
        var result = new ImportedRun(run.Id, run.Name, run.Project, ImportOutcome.Imported)
        {
            Points = points,
            Logs = files.Logs.Count,
            IsInterrupted = run.Status is RunStatus.Scheduled or RunStatus.Running,
        };
        var (known, _) = await store.LoadAsync(Run.Decider, run.Id, cancellationToken);
        if (known.Status is RunStatus.None)
        {
            if (dryRun)
            {
                return result;
            }

            var command = run.ToCommand(source);
            var outcome = await handler.HandleAsync(run.Id, command, metadata, null, cancellationToken);
            if (outcome.Refusal is { } refusal)
            {
                return Refused(run.Id, Refusals.SentenceOf(refusal));
            }

            if (outcome.Events.Count > 0)
            {
                await StoreContentAsync(files, cancellationToken);
                await handler.HandleAsync(run.Id, command.ToEnd(), metadata, null, cancellationToken);
                return result;
            }

            known = outcome.State;
        }

        var existing = result with { Outcome = ImportOutcome.Existing, Points = 0, Logs = 0, IsInterrupted = false };
        // Only an import that ended in the middle is completed: whatever else happened to the run since is what it is now.
        if (dryRun || known.IsDeleted || !string.Equals(known.RequestHash, source, StringComparison.Ordinal))
        {
            return existing;
        }

        var (stored, added) = await StoreContentAsync(files, cancellationToken);
        var end = await handler.HandleAsync(run.Id, run.ToCommand(source).ToEnd(), metadata, null, cancellationToken);
        return stored + added + end.Events.Count == 0
            ? existing
            : existing with
            {
                Outcome = ImportOutcome.Completed,
                Points = stored,
                Logs = added,
            };
    }

    /// <summary>Stores what is not there yet of points and logs.</summary>
    private async Task<(long Points, int Logs)> StoreContentAsync(
        ArchivedFiles files,
        CancellationToken cancellationToken
    )
    {
        var stored = 0L;
        if (files.Metrics is { } entry)
        {
            await using var content = await entry.OpenCheckedAsync(cancellationToken);
            await foreach (var points in ArchivedPoints.ReadAsync(content, BatchSize, cancellationToken))
            {
                stored +=
                    (await writer.WriteAsync(files.Id, points, attempt: null, cancellationToken)).Points?.Stored ?? 0;
            }
        }

        var added = 0;
        foreach (var (name, log) in files.Logs)
        {
            await using var content = await log.OpenCheckedAsync(cancellationToken);
            added += await logs.StoreAsync(files.Id, name, content, cancellationToken) ? 1 : 0;
        }

        return (stored, added);
    }

    private int BatchSize => options.Value.MaxPointsPerRequest;

    /// <summary>The run, and what tells it apart from others under its id.</summary>
    private static async Task<(ArchivedRun Run, string Source)> ReadRunAsync(
        ArchivedFiles files,
        CancellationToken cancellationToken
    )
    {
        if (files.Run is not { Length: <= MaxRunBytes } entry)
        {
            throw new ImportException(RunSentences.UnreadableFile.With(RunArchive.RunName));
        }

        try
        {
            var whole = new MemoryStream();
            await using var content = await entry.OpenCheckedAsync(cancellationToken);
            await content.CopyToAsync(whole, cancellationToken);
            var bytes = whole.ToArray();
            var run = JsonSerializer.Deserialize(ClientText.WithoutMark(bytes), TrackingJson.Default.ArchivedRun);
            return (
                run ?? throw new ImportException(RunSentences.UnreadableFile.With(RunArchive.RunName)),
                $"import:{Convert.ToHexStringLower(SHA256.HashData(bytes))}"
            );
        }
        catch (Exception exception)
            when (exception
                    is JsonException
                        or InvalidDataException
                        or EndOfStreamException
                        or InvalidOperationException
            )
        {
            throw new ImportException(RunSentences.UnreadableFile.With(RunArchive.RunName));
        }
    }

    /// <summary>How many points there are; all lines are right when it is known.</summary>
    private async Task<long> CountPointsAsync(ArchivedFiles files, CancellationToken cancellationToken)
    {
        try
        {
            var count = 0L;
            if (files.Metrics is { } entry)
            {
                await using var content = await entry.OpenCheckedAsync(cancellationToken);
                await foreach (var points in ArchivedPoints.ReadAsync(content, BatchSize, cancellationToken))
                {
                    count += points.Count;
                }
            }

            foreach (var log in files.Logs.Values)
            {
                await using var content = await log.OpenCheckedAsync(cancellationToken);
                await content.CopyToAsync(Stream.Null, cancellationToken);
            }

            return count;
        }
        catch (Exception exception)
            when (exception is InvalidDataException or EndOfStreamException or DecoderFallbackException)
        {
            throw new ImportException(RunSentences.UnreadableFile.With(RunArchive.MetricsName));
        }
    }

    private static ImportedRun Refused(string id, Sentence why) =>
        new(id, Name: null, Project: null, ImportOutcome.Refused) { Problem = BatchItem.Refused(id, why).Problem };
}
