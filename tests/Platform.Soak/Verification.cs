using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Platform.Soak;

/// <summary>
/// Checks from outside everything that a run left, once all faults are repaired and all jobs have ended.
/// </summary>
internal sealed class Verification(Cluster cluster, IReadOnlyList<SubmittedJob> jobs)
{
    private static readonly TimeSpan _replayLimit = TimeSpan.FromSeconds(90);

    private readonly List<string> _violations = [];

    /// <returns>The violations, one sentence each.</returns>
    public async Task<IReadOnlyList<string>> RunAsync()
    {
        await CheckAsync("the list of jobs", CheckJobsAsync);
        foreach (var job in jobs)
        {
            await CheckAsync($"job {job.Plan.Number} ({job.Id})", () => CheckJobAsync(job));
        }

        await CheckAsync("leases, nodes and error queues", cluster.AssertNothingRemainsAsync);
        await CheckAsync("processes", CheckProcessesAsync);
        await CheckAsync("read models", cluster.AssertReadModelsMatchEventsAsync);
        return _violations;
    }

    private async Task CheckAsync(string what, Func<Task> check)
    {
        try
        {
            await check();
        }
        catch (Exception exception)
        {
            _violations.Add($"{what}: {exception.Message.ReplaceLineEndings(" ")}");
        }
    }

    private async Task CheckJobsAsync()
    {
        var list = await cluster.Api.GetAsync($"/api/jobs?project={Trainings.Project}&limit=1");
        Require(
            list["total"]!.GetValue<long>() == jobs.Count,
            $"{jobs.Count} submissions were accepted but there are {list["total"]} jobs"
        );
        Require(jobs.Select(job => job.Id).Distinct().Count() == jobs.Count, "two submissions have the same id");
    }

    private async Task CheckJobAsync(SubmittedJob submitted)
    {
        var job = await cluster.Api.GetAsync($"/api/jobs/{submitted.Id}");
        var status = job["status"]!.GetValue<string>();
        var attempt = job["attempt"]!.GetValue<int>();
        Require(
            status is "succeeded" || (status is "cancelled" && submitted.WasCancelled),
            $"it is {status} and was {(submitted.WasCancelled ? "" : "not ")}cancelled: {job["reason"]}"
        );
        var history = await cluster.Api.HistoryAsync(submitted.Id);
        var ends = history.Where(type => type is "job_succeeded" or "job_failed" or "job_cancelled").ToList();
        Require(
            ends is [var end] && end == $"job_{status}" && history[^1] == end,
            $"its history does not end once, as {status}: {string.Join(", ", history)}"
        );
        CheckLog(await cluster.Api.LogAsync(submitted.Id), submitted.Plan.Steps, attempt, status);
        if (status is "succeeded")
        {
            await CheckOutputAsync(submitted, attempt);
            await CheckCurveAsync(job, submitted.Plan.Steps, attempt);
        }
        else
        {
            await WaitForRunAsync(job, "interrupted", "finished");
        }
    }

    /// <summary>The log has each step from a checkpoint on, up to the last one if the job succeeded.</summary>
    private static void CheckLog(string log, int steps, int attempt, string status)
    {
        var printed = CountingJob.StepsOnly(log);
        var first = FirstStep(printed);
        // An attempt that was stopped at once, or started from the checkpoint of the last step.
        if (printed.Length == 0 && (status is "cancelled" || (attempt > 1 && steps % 10 == 0)))
        {
            return;
        }

        Require(
            first is { } start && (start == 1 || (attempt > 1 && start % 10 == 1)),
            $"its log of attempt {attempt} does not start at a checkpoint: {Beginning(printed)}"
        );
        var expected = CountingJob.Lines(first!.Value, steps);
        Require(
            status is "succeeded" ? printed == expected : expected.StartsWith(printed, StringComparison.Ordinal),
            $"its log of attempt {attempt} is not the steps {first} to {steps} in order: it has {CountingJob.StepsIn(printed)} of {steps - first + 1}; {Difference(printed, expected)}"
        );
    }

    private static string Difference(string actual, string expected)
    {
        var (a, e) = (actual.Split('\n'), expected.Split('\n'));
        var at = Enumerable.Range(0, Math.Min(a.Length, e.Length)).FirstOrDefault(i => a[i] != e[i], -1);
        return at < 0 ? "the rest is missing" : $"line {at + 1} is '{a[at]}' instead of '{e[at]}'";
    }

    private static int? FirstStep(string log) =>
        log.Split('\n')[0] is ['s', 't', 'e', 'p', ' ', .. var number]
        && int.TryParse(number, CultureInfo.InvariantCulture, out var step)
            ? step
            : null;

    private static string Beginning(string text) => text.Length <= 200 ? text : text[..200];

    private async Task CheckOutputAsync(SubmittedJob submitted, int attempt)
    {
        var kept = (await cluster.Api.GetAsync($"/api/jobs/{submitted.Id}/artifacts"))["items"]!
            .AsArray()
            .Where(item => item!["name"]!.GetValue<string>() is "count")
            .ToList();
        Require(kept.Count(item => AttemptOf(item!) == attempt) == 1, $"attempt {attempt} stored {kept.Count} outputs");
        foreach (var version in kept)
        {
            var content = await cluster.Api.DownloadAsync("count", $"{version!["version"]}", "count.txt");
            Require(
                Encoding.UTF8.GetString(content) == $"counted to {submitted.Plan.Steps}\n",
                $"version {version["version"]} of its output has wrong content"
            );
        }
    }

    private static int AttemptOf(JsonNode version) => version["attempt"]?.GetValue<int>() ?? 0;

    /// <summary>Every step with its value, at most once per attempt.</summary>
    private async Task CheckCurveAsync(JsonNode job, int steps, int attempt)
    {
        await WaitForRunAsync(job, "finished");
        var points = new List<(int Step, double Value)>();
        await WaitFor.ConditionAsync(
            $"a curve of {steps} steps",
            async () =>
            {
                points = await PointsAsync(job);
                return points.DistinctBy(point => point.Step).Count() >= steps;
            },
            _replayLimit,
            () =>
                $"Missing: {string.Join(' ', Enumerable.Range(1, steps).Except(points.Select(point => point.Step)))} of attempt {attempt}."
        );
        var counts = points.CountBy(point => point.Step).ToDictionary();
        Require(counts.Count == steps, $"its curve has {counts.Count} steps instead of {steps}");
        Require(
            counts.Values.Max() <= attempt,
            $"its curve has step {counts.MaxBy(step => step.Value).Key} {counts.Values.Max()} times after {attempt} attempts"
        );
        Require(points.TrueForAll(point => point.Value == point.Step * 2), "its curve has wrong values");
    }

    private async Task<List<(int Step, double Value)>> PointsAsync(JsonNode job)
    {
        var metrics = await cluster.Api.GetAsync($"/api/runs/{job["runId"]}/metrics?keys=value&points=10000");
        return metrics["series"]!.AsArray() is [{ } series]
            ?
            [
                .. series["steps"]!
                    .AsArray()
                    .Zip(
                        series["values"]!.AsArray(),
                        (step, value) => (step!.GetValue<int>(), value!.GetValue<double>())
                    ),
            ]
            : [];
    }

    private async Task WaitForRunAsync(JsonNode job, params string[] statuses)
    {
        string? status = null;
        await WaitFor.ConditionAsync(
            $"run {job["runId"]} to be {string.Join(" or ", statuses)}",
            async () =>
            {
                status = (await cluster.Api.GetAsync($"/api/runs/{job["runId"]}"))["status"]!.GetValue<string>();
                return statuses.Contains(status, StringComparer.Ordinal);
            },
            describe: () => $"It is {status}."
        );
    }

    private async Task CheckProcessesAsync()
    {
        foreach (var job in jobs)
        {
            await WaitFor.ConditionAsync(
                $"the processes of job {job.Plan.Number} to end",
                () => Task.FromResult(Processes.WithEnvironment($"PLATFORM_JOB_ID={job.Id}").Count == 0)
            );
        }
    }

    private static void Require(bool condition, string violation)
    {
        if (!condition)
        {
            throw new SoakException(violation);
        }
    }
}
