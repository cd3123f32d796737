using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Platform.Soak;

/// <summary>A training that was submitted.</summary>
internal sealed class SubmittedJob(PlannedJob plan, Guid id)
{
    public PlannedJob Plan => plan;

    public Guid Id => id;

    /// <summary>The last status that the platform returned.</summary>
    public string Status { get; set; } = "pending";

    /// <summary>The platform accepted its cancellation; the job may still have succeeded first.</summary>
    public bool WasCancelled { get; set; }

    public bool HasEnded => Status is "succeeded" or "failed" or "cancelled";
}

/// <summary>
/// Submits, cancels and watches as a careful client: it retries until it is answered. The idempotency key of a
/// submission stays the same, so that there is one job however often it is sent.
/// </summary>
internal sealed class Trainings(PlatformApi api, int seed, RunLog log)
{
    public const string Project = "soak";
    private const int MaxOpenJobs = 6;
    private static readonly TimeSpan _retryInterval = TimeSpan.FromMilliseconds(500);

    private readonly List<SubmittedJob> _jobs = [];
    private readonly Lock _lock = new();

    public IReadOnlyList<SubmittedJob> Jobs
    {
        get
        {
            lock (_lock)
            {
                return [.. _jobs];
            }
        }
    }

    /// <summary>Submits until it is stopped; returns when all submissions and cancellations are answered.</summary>
    public async Task SubmitAsync(CancellationToken stop, CancellationToken abort)
    {
        var pending = new List<Task>();
        foreach (var plan in Plan.Jobs(seed))
        {
            while (!stop.IsCancellationRequested && Jobs.Count(job => !job.HasEnded) >= MaxOpenJobs)
            {
                await DelayAsync(_retryInterval, stop);
            }

            if (stop.IsCancellationRequested)
            {
                break;
            }

            log.Note($"submitting {plan}");
            var job = new SubmittedJob(plan, await SubmitAsync(plan, abort));
            lock (_lock)
            {
                _jobs.Add(job);
            }

            if (plan.CancelAfter is { } after)
            {
                pending.Add(CancelAsync(job, after, abort));
            }

            if (plan.KillAfter is { } killAfter)
            {
                pending.Add(KillAsync(job, killAfter, stop));
            }

            await DelayAsync(plan.Then, stop);
        }

        await Task.WhenAll(pending);
    }

    /// <summary>Keeps the statuses up to date until it is cancelled.</summary>
    public async Task WatchAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            foreach (var job in Jobs.Where(job => !job.HasEnded))
            {
                if (await TryGetStatusAsync(job, cancellationToken) is { } status)
                {
                    job.Status = status;
                }
            }

            await DelayAsync(_retryInterval, cancellationToken);
        }
    }

    private static Task DelayAsync(TimeSpan time, CancellationToken cancellationToken) =>
        Task.Delay(time, cancellationToken).ContinueWith(_ => { }, TaskScheduler.Default);

    private async Task<string?> TryGetStatusAsync(SubmittedJob job, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await api.Http.GetAsync($"/api/jobs/{job.Id}", cancellationToken);
            return response.IsSuccessStatusCode
                ? (await response.Content.ReadFromJsonAsync<JsonNode>(cancellationToken))!["status"]!.GetValue<string>()
                : null;
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            return null; // unavailable: the caller retries
        }
    }

    private async Task<Guid> SubmitAsync(PlannedJob plan, CancellationToken abort)
    {
        var job = CountingJob.Create(
            plan.Steps,
            plan.Pause,
            maxAttempts: 5,
            laterPause: plan.Pause / 2,
            project: Project
        );
        using var response = await SendWithRetryAsync(
            () =>
            {
                var request = new HttpRequestMessage(HttpMethod.Post, "/api/jobs")
                {
                    Content = JsonContent.Create(job),
                };
                request.Headers.Add("Idempotency-Key", $"soak-{seed}-{plan.Number}");
                return request;
            },
            abort
        );
        if (!response.IsSuccessStatusCode)
        {
            throw new SoakException(
                $"Submitting {plan} was refused with {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync(abort)}"
            );
        }

        return (await response.Content.ReadFromJsonAsync<JsonNode>(abort))!["id"]!.GetValue<Guid>();
    }

    private async Task CancelAsync(SubmittedJob job, TimeSpan after, CancellationToken abort)
    {
        await Task.Delay(after, abort);
        log.Note($"cancelling job {job.Plan.Number}");
        using var response = await SendWithRetryAsync(
            () => new HttpRequestMessage(HttpMethod.Post, $"/api/jobs/{job.Id}/cancel"),
            abort
        );
        job.WasCancelled = response.IsSuccessStatusCode;
        if (!response.IsSuccessStatusCode && response.StatusCode is not HttpStatusCode.Conflict)
        {
            throw new SoakException($"Cancelling job {job.Plan.Number} was answered {(int)response.StatusCode}.");
        }
    }

    private async Task KillAsync(SubmittedJob job, TimeSpan after, CancellationToken stop)
    {
        await DelayAsync(after, stop);
        var pids = Processes.WithEnvironment($"PLATFORM_JOB_ID={job.Id}");
        if (pids.Count > 0 && !stop.IsCancellationRequested)
        {
            log.Note($"killing job {job.Plan.Number}");
            foreach (var pid in pids)
            {
                Processes.TryKill(pid);
            }
        }
    }

    /// <summary>Sends a request until it gets an answer that is not caused by an outage.</summary>
    private async Task<HttpResponseMessage> SendWithRetryAsync(Func<HttpRequestMessage> create, CancellationToken abort)
    {
        while (true)
        {
            try
            {
                using var limited = CancellationTokenSource.CreateLinkedTokenSource(abort);
                limited.CancelAfter(TimeSpan.FromSeconds(15));
                using var request = create();
                var response = await api.Http.SendAsync(request, limited.Token);
                if ((int)response.StatusCode < 500 && response.StatusCode is not HttpStatusCode.TooManyRequests)
                {
                    return response;
                }

                response.Dispose();
            }
            catch (Exception exception)
                when (exception is HttpRequestException or OperationCanceledException && !abort.IsCancellationRequested)
            {
                // No answer; the next one shows whether the request was processed.
            }

            await Task.Delay(_retryInterval, abort);
        }
    }
}

/// <summary>Ends the run at once: the platform did something that no outage explains.</summary>
internal sealed class SoakException(string message) : Exception(message);
