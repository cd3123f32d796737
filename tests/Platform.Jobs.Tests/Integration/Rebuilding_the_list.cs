using System.Text.Json.Nodes;
using Platform.EventStore;
using Platform.Jobs.Tests.Training;
using Platform.Jobs.Training;
using EndReasons = Platform.Contracts.Jobs.EndReasons;

namespace Platform.Jobs.Tests.Integration;

[Trait("suite", "integration")]
public sealed class Rebuilding_the_list : WithJobsHost
{
    [Fact]
    public async Task gives_the_same_answers_for_jobs_in_every_status()
    {
        var ids = new List<Guid>();
        for (var i = 0; i < 6; i++)
        {
            ids.Add(await Host.SubmitAsync(JobsHost.Job($"job {i}", maxAttempts: 2)));
            await Host.WaitForAsync(ids[i], "running");
        }

        await Host.Cluster.ExitAsync(ids[0]);
        await Host.WaitForAsync(ids[0], "succeeded");
        await Host.Cluster.ExitAsync(ids[1], exitCode: 3);
        await Host.WaitForAsync(ids[1], "running", attempt: 2);
        await Host.Cluster.ExitAsync(ids[1], attempt: 2, exitCode: 3);
        await Host.WaitForAsync(ids[1], "failed", attempt: 2);
        using var cancel = await Host.Http.PostAsync($"/api/jobs/{ids[2]}/cancel", null);
        await Host.WaitForAsync(ids[2], "cancelled");
        await Host.Cluster.PublishAsync(TestCluster.Lost(ids[3], 1));
        await Host.WaitForAsync(ids[3], "running", attempt: 2);
        Host.Cluster.OnRequest = _ => null;
        await Host.Cluster.ExitAsync(ids[4], exitCode: 1);
        await Host.WaitForAsync(ids[4], "queued", attempt: 2);
        ids.Add(await Host.SubmitAsync());
        var before = await AnswersAsync(ids);

        var replayed = await Host.Store.RebuildAsync("job_summary:v1");

        Assert.True(replayed > 25, $"{replayed} events");
        Assert.Equal(before, await AnswersAsync(ids));
    }

    [Fact]
    public async Task shows_no_end_before_its_start_of_what_release_0_1_0_recorded()
    {
        var id = Guid.CreateVersion7();
        var started = TestJobs.Now.AddMilliseconds(100);
        await Host.Store.AppendAsync(
            JobDecisions.StreamOf(id),
            Job.Decider.StreamType,
            ExpectedVersion.New,
            [
                new JobSubmitted(id, Guid.CreateVersion7(), TestJobs.Spec(), TestJobs.Now),
                new JobQueued(1, TestJobs.Now, null, TestJobs.Now),
                new JobPlaced(1, TestJobs.Gang, TestJobs.Now),
                new JobStarted(1, Guid.CreateVersion7(), TestJobs.Node, started, null),
                new RankExited(1, 0, TestJobs.Node, EndReasons.ExitCode, 0, null, TestJobs.Now),
                new JobSucceeded(1, Guid.CreateVersion7(), TestJobs.Now),
            ],
            EventMetadata.None
        );

        await EndsWithItsStartAsync();
        await Host.Store.RebuildAsync("job_summary:v1");
        await EndsWithItsStartAsync();

        async Task EndsWithItsStartAsync()
        {
            var job = await Host.JobAsync(id);
            foreach (var times in (JsonNode[])[job, job["ranks"]![0]!])
            {
                Assert.Equal(started, times["startedAt"]!.GetValue<DateTimeOffset>());
                Assert.Equal(started, times["endedAt"]!.GetValue<DateTimeOffset>());
            }
        }
    }

    private async Task<List<string>> AnswersAsync(List<Guid> ids)
    {
        var answers = new List<string> { (await Host.GetAsync("/api/jobs?limit=200")).ToJsonString() };
        foreach (var id in ids)
        {
            using var response = await Host.Http.GetAsync($"/api/jobs/{id}");
            answers.Add($"{response.Headers.ETag} {await response.Content.ReadAsStringAsync()}");
        }

        return answers;
    }
}
