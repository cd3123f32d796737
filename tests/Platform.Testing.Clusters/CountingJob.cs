using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Platform.Testing.Clusters;

/// <summary>
/// A training that counts: one line per step, a checkpoint every ten steps, from which it resumes, and an output at the
/// end. Its results are known to the byte.
/// </summary>
public static class CountingJob
{
    private const string Script = """
        import os, pathlib, sys, time
        import platform_sdk
        steps, pause, later_pause = int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])
        if os.environ["PLATFORM_ATTEMPT"] != "1":
            pause = later_pause
        run = platform_sdk.init(name="count")
        done = max([int(file.name) for file in pathlib.Path("checkpoints").iterdir() if file.name.isdigit()], default=0)
        for step in range(done + 1, steps + 1):
            print("step", step, flush=True)
            run.log({"value": step * 2}, step=step)
            if step % 10 == 0:
                pathlib.Path("checkpoints/new.tmp").write_text(str(step))
                os.rename("checkpoints/new.tmp", "checkpoints/%d" % step)
            time.sleep(pause)
        pathlib.Path("outputs/count.txt").write_text("counted to %d\n" % steps)
        run.finish()
        """;

    private static readonly string[] _history =
    [
        "job_submitted",
        "job_queued",
        "job_placed",
        "job_started",
        "job_succeeded",
    ];

    /// <param name="pause">Seconds after each step.</param>
    /// <param name="laterPause">The same in attempts after the first.</param>
    /// <param name="kind">The label of the nodes that may run it.</param>
    public static object Create(
        int steps,
        double pause,
        int maxAttempts = 1,
        double laterPause = 0.02,
        string? kind = null,
        string project = "e2e/faults"
    ) =>
        new
        {
            name = "count",
            project,
            command = new[]
            {
                "/usr/bin/python3",
                "train.py",
                steps.ToString(CultureInfo.InvariantCulture),
                pause.ToString(CultureInfo.InvariantCulture),
                laterPause.ToString(CultureInfo.InvariantCulture),
            },
            files = new Dictionary<string, string>
            {
                ["train.py"] = Script,
                ["platform_sdk.py"] = File.ReadAllText(Repository.PythonSdk),
            },
            outputs = new[]
            {
                new
                {
                    path = "outputs",
                    artifact = "count",
                    type = "model",
                },
            },
            resources = new
            {
                gpus = 0,
                cpus = 0.5,
                memoryMiB = 128,
            },
            labels = kind is null ? [] : new Dictionary<string, string> { ["kind"] = kind },
            retry = new { maxAttempts, backoffSeconds = 0 },
            timeoutSeconds = 600,
        };

    public static int StepsIn(string log) =>
        log.Split('\n').Count(line => line.StartsWith("step ", StringComparison.Ordinal));

    public static Task WaitForStepsAsync(this PlatformApi api, Guid jobId, int steps) =>
        WaitFor.ConditionAsync(
            $"step {steps} of job {jobId}",
            async () => StepsIn(await api.LogAsync(jobId)) >= steps,
            TimeSpan.FromSeconds(60)
        );

    /// <summary>Waits for a job of one attempt to succeed, and checks its results.</summary>
    public static async Task AssertCountedAsync(this PlatformApi api, Guid jobId, int steps)
    {
        var job = await api.WaitForStatusAsync(jobId, "succeeded");
        Assert.Equal(1, job["attempt"]!.GetValue<int>());
        Assert.Equal(Lines(1, steps), StepsOnly(await api.LogAsync(jobId)));
        Assert.Equal(_history, await api.HistoryAsync(jobId));
        await api.AssertKeptAsync(jobId, steps);
        await api.AssertTrackedAsync(job, steps);
    }

    /// <summary>A log without the SDK's messages about an unavailable platform.</summary>
    public static string StepsOnly(string log) =>
        string.Concat(
            log.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Where(line => !line.StartsWith("platform: ", StringComparison.Ordinal))
                .Select(line => $"{line}\n")
        );

    /// <summary>The expected output.</summary>
    public static string Lines(int first, int last)
    {
        var lines = new StringBuilder();
        for (var step = first; step <= last; step++)
        {
            lines.Append(CultureInfo.InvariantCulture, $"step {step}\n");
        }

        return lines.ToString();
    }

    /// <summary>The types of a job's events.</summary>
    public static async Task<IReadOnlyList<string>> HistoryAsync(this PlatformApi api, Guid jobId) =>
        [
            .. (await api.GetAsync($"/api/jobs/{jobId}/events"))["items"]!
                .AsArray()
                .Select(entry => entry!["type"]!.GetValue<string>()),
        ];

    /// <summary>Checks that there is one version of its output, with the expected content and checksum.</summary>
    public static async Task AssertKeptAsync(this PlatformApi api, Guid jobId, int steps)
    {
        var kept = Assert.Single(
            (await api.GetAsync($"/api/jobs/{jobId}/artifacts"))["items"]!.AsArray(),
            item => item!["name"]!.GetValue<string>() == "count"
        )!;
        var content = await api.DownloadAsync("count", $"{kept["version"]}", "count.txt");
        Assert.Equal($"counted to {steps}\n", Encoding.UTF8.GetString(content));
    }

    /// <summary>Waits until a checkpoint is stored.</summary>
    public static Task WaitForCheckpointAsync(this PlatformApi api, Guid jobId) =>
        WaitFor.ConditionAsync(
            "the first checkpoint to be stored",
            async () =>
            {
                using var response = await api.Http.GetAsync($"/api/artifacts/checkpoints-{jobId:N}/versions/latest");
                return response.IsSuccessStatusCode;
            }
        );

    /// <summary>
    /// Waits until a run has a point at each step from 1 on, and no others; some may arrive after its end.
    /// </summary>
    public static Task WaitForMeasuredStepsAsync(this PlatformApi api, string runId, string key, int steps) =>
        WaitFor.ValueAsync(
            $"the steps of {key} in run {runId}",
            async () =>
                (await api.GetAsync($"/api/runs/{runId}/metrics?keys={key}&points=10000"))["series"]!
                    .AsArray()
                    .SelectMany(series => series!["steps"]!.AsArray().Select(step => step!.GetValue<int>()))
                    .Distinct()
                    .Order()
                    .ToList(),
            found => found.SequenceEqual(Enumerable.Range(1, steps)),
            TimeSpan.FromSeconds(60)
        );

    /// <summary>Checks that the run has ended and has each step once, even if sent later.</summary>
    public static async Task AssertTrackedAsync(this PlatformApi api, JsonNode job, int steps)
    {
        var runId = job["runId"]!.GetValue<string>();
        await WaitFor.ConditionAsync(
            $"run {runId} to be finished",
            async () => (await api.GetAsync($"/api/runs/{runId}"))["status"]!.GetValue<string>() == "finished"
        );
        var series = await WaitFor.ValueAsync(
            $"{steps} points of run {runId}",
            async () => (await api.GetAsync($"/api/runs/{runId}/metrics?keys=value&points=10000"))["series"]!.AsArray(),
            series => series is [{ } only] && only["steps"]!.AsArray().Count >= steps,
            TimeSpan.FromSeconds(60)
        );
        var expected = Enumerable.Range(1, steps).ToList();
        Assert.Equal(expected, series[0]!["steps"]!.AsArray().Select(step => step!.GetValue<int>()));
        Assert.Equal(
            expected.Select(step => step * 2.0),
            series[0]!["values"]!.AsArray().Select(value => value!.GetValue<double>())
        );
    }
}
