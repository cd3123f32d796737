using System.Diagnostics;

namespace Platform.EndToEnd.Tests.Faults;

[Collection("faults")]
[Trait("suite", "e2e")]
public sealed class An_outage_of(TwoNodeCluster cluster)
{
    [Fact]
    [Trait("check", "JOB-04")]
    public async Task the_broker_loses_no_job_and_no_result()
    {
        var running = await cluster.Api.SubmitAsync(CountingJob.Create(steps: 60, pause: 0.1));
        await cluster.Api.WaitForStepsAsync(running, 10);

        await StopAsync("rabbitmq");
        var submitted = await cluster.Api.SubmitAsync(CountingJob.Create(steps: 10, pause: 0.01));
        await WaitForEndOfAsync(running);
        Assert.Equal("pending", (await cluster.Api.GetAsync($"/api/jobs/{submitted}"))["status"]!.GetValue<string>());
        await cluster.UpAsync();

        await cluster.Api.AssertCountedAsync(running, steps: 60);
        await cluster.Api.AssertCountedAsync(submitted, steps: 10);
        await cluster.AssertNothingRemainsAsync();
    }

    [Fact]
    public async Task the_database_loses_nothing_and_fails_no_message()
    {
        var outage = TimeSpan.FromSeconds(12);
        var ending = await cluster.Api.SubmitAsync(CountingJob.Create(steps: 60, pause: 0.1));
        var lasting = await cluster.Api.SubmitAsync(CountingJob.Create(steps: 170, pause: 0.1));
        await cluster.Api.WaitForStepsAsync(ending, 10);
        await cluster.Api.WaitForStepsAsync(lasting, 10);

        var watch = Stopwatch.StartNew();
        await StopAsync("postgres");
        using (var answer = await cluster.Api.Http.GetAsync("/api/jobs"))
        {
            Assert.Equal(503, (int)answer.StatusCode);
        }

        await WaitForEndOfAsync(ending);
        await WaitForDurationAsync(watch, outage);
        await cluster.UpAsync();

        await cluster.Api.AssertCountedAsync(ending, steps: 60);
        await cluster.Api.AssertCountedAsync(lasting, steps: 170);
        await cluster.AssertNothingRemainsAsync();
    }

    /// <summary>
    /// An outage of 15 s represents longer ones: by then the SDK has gone through all its timeouts and pauses. The training ends before
    /// tracking is back, and its agent does not stay as it was.
    /// </summary>
    [Fact]
    [Trait("check", "SDK-01")]
    public async Task tracking_never_delays_a_training_and_its_curves_are_complete_afterwards()
    {
        const int Steps = 180;
        var outage = TimeSpan.FromSeconds(15);
        var id = await cluster.Api.SubmitAsync(CountingJob.Create(Steps, pause: 0.1));
        await cluster.Api.WaitForStepsAsync(id, 10);

        await cluster.KillAsync("tracking");
        using var stalls = new Stalls(cluster.Data);
        var watch = Stopwatch.StartNew();
        var before = CountingJob.StepsIn(await cluster.Api.LogAsync(id));
        await WaitForDurationAsync(watch, outage);
        var after = CountingJob.StepsIn(await cluster.Api.LogAsync(id));
        // 0.1 s each, on a busy machine more; a call that waited for tracking would take seconds at every step.
        Assert.InRange(after - before, (outage - stalls.Sum).TotalSeconds * 5, Steps);
        await cluster.Api.WaitForStatusAsync(id, "succeeded");
        await cluster.KillAsync("agent-1");
        await cluster.KillAsync("agent-2");
        await cluster.UpAsync();

        await cluster.Api.AssertCountedAsync(id, Steps);
        await cluster.AssertNothingRemainsAsync();
    }

    private async Task StopAsync(string server)
    {
        var pid = await cluster.PidAsync(server);
        if (server == "postgres")
        {
            Processes.Interrupt(pid);
        }
        else
        {
            Processes.Terminate(pid);
        }

        await Processes.WaitForEndAsync(pid, server);
    }

    private static Task WaitForDurationAsync(Stopwatch watch, TimeSpan outage) =>
        WaitFor.ConditionAsync(
            $"the outage to have lasted {outage.TotalSeconds} s",
            () => Task.FromResult(watch.Elapsed > outage)
        );

    private static Task WaitForEndOfAsync(Guid jobId) =>
        WaitFor.ConditionAsync(
            $"the processes of job {jobId} to end",
            () => Task.FromResult(Processes.WithEnvironment($"PLATFORM_JOB_ID={jobId}").Count == 0),
            TimeSpan.FromSeconds(60)
        );
}
