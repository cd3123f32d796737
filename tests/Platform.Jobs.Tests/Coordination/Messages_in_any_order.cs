using Platform.Contracts.Agents;
using Platform.Contracts.Jobs;
using Platform.Contracts.Nodes;

namespace Platform.Jobs.Tests.Coordination;

/// <summary>Every message of a job arrives several times, shuffled and late: the result is the same.</summary>
[Trait("suite", "integration")]
public sealed class Messages_in_any_order : WithJobsHost
{
    [Fact]
    public async Task change_nothing_once_the_job_has_ended()
    {
        var id = await Host.SubmitAsync(JobsHost.Job(maxAttempts: 2));
        await Host.WaitForAsync(id, "running");
        await Cluster.ExitAsync(id, exitCode: 1);
        await Host.WaitForAsync(id, "running", attempt: 2);
        await Cluster.ExitAsync(id, attempt: 2);
        await Host.WaitForAsync(id, "succeeded", attempt: 2);
        await Host.WaitForSagaAsync(id, "Settled");
        var job = await Host.JobAsync(id);
        var history = await Host.HistoryAsync(id);

        var reports = await SendAllAsync(id, runId: job["runId"]!.GetValue<Guid>(), seed: 1);

        Assert.Equal(history, await Host.HistoryAsync(id));
        Assert.Equal(job.ToJsonString(), (await Host.JobAsync(id)).ToJsonString());
        Assert.Equal("Settled", await Host.SagaStateAsync(id));
        await AssertAnsweredAsync(reports);
    }

    [Theory]
    [InlineData(11, 1)]
    [InlineData(12, 1)]
    [InlineData(13, 1)]
    [InlineData(14, 3)]
    [InlineData(15, 3)]
    public async Task lead_a_waiting_job_to_the_same_result(int seed, int ranks)
    {
        Cluster.OnRequest = _ => null;
        Cluster.OnStart = _ => null;
        var id = await Host.SubmitAsync(JobsHost.Job(maxAttempts: 2));
        await Host.WaitForSagaAsync(id, "AwaitingPlacement");
        var runId = (await Host.JobAsync(id))["runId"]!.GetValue<Guid>();

        // Concurrently and repeatedly, as from a broker that repeats and reorders, until the job has ended.
        // Messages that lose races for the stream are handled a moment later, so rounds say nothing about progress.
        var round = 0;
        await WaitFor.ValueAsync(
            "the job to succeed",
            async () =>
            {
                await SendAllAsync(id, runId, seed + (100 * round++), withOwnMessages: false, ranks);
                return await Host.JobAsync(id);
            },
            job => job["status"]!.GetValue<string>() == "succeeded"
        );

        await Host.WaitForSagaAsync(id, "Settled");
        var history = await Host.HistoryAsync(id);
        Assert.Single(history, type => type == "job_succeeded");
        Assert.Equal("job_succeeded", history[^1]);
        Assert.Equal(history.Count(type => type == "job_placed"), history.Count(type => type == "job_queued"));
        await WaitFor.ConditionAsync(
            "its placement to be released",
            () => Task.FromResult(Cluster.All<ReleasePlacement>().Any(r => r.JobId == id))
        );
    }

    /// <summary>Sends every possible message of two attempts three times in random order.</summary>
    private async Task<IReadOnlyList<Guid>> SendAllAsync(
        Guid id,
        Guid runId,
        int seed,
        bool withOwnMessages = true,
        int ranks = 1
    )
    {
        var messages = new List<object>();
        for (var attempt = 1; attempt <= 2; attempt++)
        {
            messages.AddRange(FromOtherServices(id, attempt, ranks));
            if (withOwnMessages)
            {
                messages.AddRange(FromThisService(id, runId, attempt));
            }
        }

        var shuffled = Enumerable.Repeat(messages, 3).SelectMany(m => m).ToArray();
        new Random(seed).Shuffle(shuffled);
        await Task.WhenAll(shuffled.Select(Cluster.PublishAsync));

        // Every report is answered, even one that changes nothing: then all messages before it have been handled.
        var marker = TestCluster.Started(id, attempt: 0);
        await Cluster.PublishAsync(marker);
        var reports = messages
            .OfType<ProcessStarted>()
            .Select(r => r.ReportId)
            .Concat(messages.OfType<ProcessExited>().Select(r => r.ReportId))
            .Append(marker.ReportId)
            .ToList();
        await AssertAnsweredAsync(reports);
        await Host.Store.WaitUntilCaughtUpAsync("jobs-publisher", TimeSpan.FromSeconds(20));
        return reports;
    }

    private static IEnumerable<object> FromOtherServices(Guid id, int attempt, int ranks) =>
        [
            new PlacementWaitingMessage
            {
                JobId = id,
                Attempt = attempt,
                Reason = "busy",
            },
            TestCluster.Grant(id, attempt, ranks),
            .. Enumerable.Range(0, ranks).Select(rank => TestCluster.Started(id, attempt, rank)),
            .. Enumerable
                .Range(0, ranks)
                .Select(rank => TestCluster.Exited(id, attempt, EndReasons.ExitCode, attempt == 1 ? 1 : 0, rank)),
            new PlacementReleasedMessage { JobId = id, Attempt = attempt },
        ];

    private static IEnumerable<object> FromThisService(Guid id, Guid runId, int attempt)
    {
        var resources = new Resources
        {
            Gpus = 0,
            Cpus = 1,
            MemoryMiB = 512,
        };
        var at = TimeProvider.System.GetUtcNow();
        yield return new JobSubmittedMessage
        {
            JobId = id,
            RunId = runId,
            Name = "digits",
            Project = "demo",
            Resources = resources,
            Labels = new Dictionary<string, string>(),
            Priority = 50,
            SubmittedAt = at,
        };
        yield return new JobQueuedMessage
        {
            JobId = id,
            Attempt = attempt,
            Resources = resources,
            Labels = new Dictionary<string, string>(),
            Priority = 50,
            SubmittedAt = at,
            NotBefore = at,
        };
        yield return new JobPlacedMessage
        {
            JobId = id,
            Attempt = attempt,
            Nodes = TestCluster.Grant(id, attempt).Nodes,
        };
        yield return new JobStartedMessage
        {
            JobId = id,
            RunId = runId,
            Attempt = attempt,
            StartedAt = at,
        };
        yield return new StopRequestedMessage
        {
            JobId = id,
            Attempt = attempt,
            Reason = EndReasons.Cancelled,
        };
        yield return new JobEndedMessage
        {
            JobId = id,
            RunId = runId,
            Attempt = attempt,
            Status = "failed",
            Reason = EndReasons.ExitCode,
            EndedAt = at,
        };
    }

    private Task AssertAnsweredAsync(IReadOnlyList<Guid> reports) =>
        WaitFor.ConditionAsync(
            "every report to be answered",
            () =>
                Task.FromResult(!reports.Except(Cluster.All<ReportRecorded>().Select(answer => answer.ReportId)).Any())
        );
}
