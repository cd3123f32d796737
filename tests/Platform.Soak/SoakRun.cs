using System.Globalization;

namespace Platform.Soak;

/// <summary>The result of a run.</summary>
/// <param name="Violations">The violations found; empty if there were none.</param>
/// <param name="Data">Where the data is kept; null when it was removed.</param>
internal sealed record SoakResult(
    int Seed,
    double Seconds,
    int Jobs,
    int Succeeded,
    int Cancelled,
    int Faults,
    IReadOnlyList<string> Violations,
    string? Data
);

/// <summary>One run: a cluster, trainings, faults, and the checks after them.</summary>
internal sealed class SoakRun(SoakOptions options, RunLog log)
{
    private static readonly TimeSpan _progress = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan _settleLimit = TimeSpan.FromMinutes(5);

    /// <param name="early">Ends the faults early.</param>
    /// <param name="abort">Ends everything.</param>
    public async Task<SoakResult> RunAsync(CancellationToken early, CancellationToken abort)
    {
        var data = options.Data ?? Directory.CreateTempSubdirectory("platform-soak-").FullName;
        // PostgreSQL runs as its own user and needs access to the folder.
        Directory.CreateDirectory(data);
        File.SetUnixFileMode(data, (UnixFileMode)Convert.ToInt32("755", 8));
        using var cluster = new Cluster(data, options.Nodes);
        var trainings = new Trainings(cluster.Api, options.Seed, log);
        var faults = new Faults(cluster, options.Seed, options.Nodes, log);
        var violations = new List<string>();
        try
        {
            log.Note($"seed {options.Seed}, {options.Length.TotalSeconds:0} s, {options.Nodes} nodes, data in {data}");
            await cluster.UpAsync();
            await InjectFaultsAsync(trainings, faults, early, abort);
            log.Note("no more faults; waiting for the jobs to end");
            await cluster.UpAsync();
            await SettleAsync(trainings, abort);
            log.Note("checking");
            violations.AddRange(await new Verification(cluster, trainings.Jobs).RunAsync());
        }
        catch (Exception exception) when (!abort.IsCancellationRequested)
        {
            violations.Add(exception.Message.ReplaceLineEndings(" "));
        }
        finally
        {
            log.Note("stopping the cluster");
            await cluster.DownAsync();
        }

        var keep = options.Data is not null || violations.Count > 0;
        if (!keep)
        {
            Directory.Delete(data, recursive: true);
        }

        return new SoakResult(
            options.Seed,
            options.Length.TotalSeconds,
            trainings.Jobs.Count,
            trainings.Jobs.Count(job => job.Status is "succeeded"),
            trainings.Jobs.Count(job => job.Status is "cancelled"),
            faults.Count,
            violations,
            keep ? data : null
        );
    }

    private async Task InjectFaultsAsync(
        Trainings trainings,
        Faults faults,
        CancellationToken early,
        CancellationToken abort
    )
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(early, abort);
        using var watch = CancellationTokenSource.CreateLinkedTokenSource(abort);
        stop.CancelAfter(options.Length);
        var watching = Task.WhenAll(trainings.WatchAsync(watch.Token), ReportAsync(trainings, faults, watch.Token));
        try
        {
            var injecting = faults.RunAsync(stop.Token);
            var submitting = trainings.SubmitAsync(stop.Token, abort);
            // If either fails, the other need not continue.
            await await Task.WhenAny(injecting, submitting);
            await Task.WhenAll(injecting, submitting);
        }
        finally
        {
            await stop.CancelAsync();
            await watch.CancelAsync();
            await watching;
        }
    }

    private async Task ReportAsync(Trainings trainings, Faults faults, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await Task.Delay(_progress, cancellationToken).ContinueWith(_ => { }, TaskScheduler.Default);
            log.Note($"{Progress(trainings)}, {faults.Count} faults");
        }
    }

    private async Task SettleAsync(Trainings trainings, CancellationToken abort)
    {
        using var watch = CancellationTokenSource.CreateLinkedTokenSource(abort);
        var watching = trainings.WatchAsync(watch.Token);
        try
        {
            await WaitFor.ConditionAsync(
                "all jobs to end",
                () => Task.FromResult(abort.IsCancellationRequested || trainings.Jobs.All(job => job.HasEnded)),
                _settleLimit,
                () =>
                    $"Open: {string.Join(", ", trainings.Jobs.Where(job => !job.HasEnded).Select(job => $"job {job.Plan.Number} ({job.Id}) is {job.Status}"))}"
            );
            abort.ThrowIfCancellationRequested();
        }
        finally
        {
            await watch.CancelAsync();
            await watching;
        }

        log.Note(Progress(trainings));
    }

    private static string Progress(Trainings trainings)
    {
        var counts = trainings.Jobs.CountBy(job => job.Status).OrderBy(entry => entry.Key, StringComparer.Ordinal);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{trainings.Jobs.Count} jobs: {string.Join(", ", counts.Select(entry => $"{entry.Value} {entry.Key}"))}"
        );
    }
}
