using System.Net;
using Platform.Contracts.Nodes;
using Platform.Jobs.Coordination;

namespace Platform.Jobs.Tests.Coordination;

[Trait("suite", "integration")]
public sealed class Resuming_jobs : IAsyncLifetime
{
    private static readonly (string, string)[] _quickly = [("Jobs:ResumeInterval", "00:00:00.300")];

    private TestDatabase _database = null!;

    public async Task InitializeAsync() => _database = await TestDatabase.CreateAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    [Trait("check", "JOB-04")]
    public async Task Goes_on_where_a_killed_process_left_off()
    {
        Guid asking;
        Guid running;
        Guid ended;
        var first = new TestCluster { OnRelease = _ => null };
        await using (var host = await JobsHost.StartAsync(_database, first))
        {
            running = await host.SubmitAsync();
            ended = await host.SubmitAsync();
            await host.WaitForAsync(running, "running");
            await host.WaitForAsync(ended, "running");
            await first.ExitAsync(ended);
            await host.WaitForSagaAsync(ended, "Releasing");
            first.OnRequest = _ => null;
            asking = await host.SubmitAsync();
            await host.WaitForSagaAsync(asking, "AwaitingPlacement");
        }

        await using var restarted = await JobsHost.StartAsync(_database, new TestCluster());
        await restarted.WaitForAsync(asking, "running");
        await restarted.WaitForSagaAsync(ended, "Settled");
        await restarted.Cluster.ExitAsync(running);
        await restarted.WaitForAsync(running, "succeeded");
    }

    [Fact]
    public async Task Follows_a_job_whose_every_message_was_lost()
    {
        var lostAll = new TestCluster { OnRequest = _ => null };
        Guid pending;
        Guid placed;
        await using (var host = await JobsHost.StartAsync(_database, lostAll))
        {
            pending = await host.SubmitAsync();
            placed = await host.SubmitAsync();
            lostAll.OnStart = _ => null;
            await lostAll.PublishAsync(TestCluster.Grant(placed, 1));
            await host.WaitForAsync(placed, "placed");
            await host.WaitForSagaAsync(pending, "AwaitingPlacement");
            await ForgetSagasAsync(host);
        }

        await using var restarted = await JobsHost.StartAsync(_database, new TestCluster(), _quickly);
        await restarted.WaitForAsync(pending, "running");
        await restarted.WaitForAsync(placed, "running");
    }

    [Fact]
    public async Task Notices_sagas_that_fell_behind_while_it_runs()
    {
        await using var host = await JobsHost.StartAsync(_database, _quickly);
        var running = await host.SubmitAsync();
        var waiting = await host.SubmitAsync();
        await host.WaitForAsync(running, "running");
        await host.WaitForAsync(waiting, "running");
        await host.WaitForSagaAsync(running, "Running");
        await ForgetSagasAsync(host);

        // The broker lost its disk, and the sagas with it: they are found again in the order of the log.
        await host.WaitForSagaAsync(running, "Running");
        await host.Cluster.ExitAsync(running);
        await host.WaitForAsync(running, "succeeded");
        await host.WaitForSagaAsync(running, "Settled");
    }

    [Fact]
    public async Task Stops_a_job_whose_saga_has_not_begun_when_it_is_cancelled()
    {
        await using var host = await JobsHost.StartAsync(_database, ("Jobs:ResumeInterval", "01:00:00"));
        var id = await host.SubmitAsync();
        await host.WaitForAsync(id, "running");
        await host.WaitForSagaAsync(id, "Running");
        await ForgetSagasAsync(host);

        using var cancel = await host.Http.PostAsync($"/api/jobs/{id}/cancel", null);

        Assert.Equal(HttpStatusCode.OK, cancel.StatusCode);
        await host.WaitForAsync(id, "cancelled");
        await host.WaitForSagaAsync(id, "Settled");
    }

    [Fact]
    public async Task Says_nothing_of_healthy_jobs()
    {
        await using var host = await JobsHost.StartAsync(_database, _quickly);
        host.Cluster.OnRequest = request => new PlacementWaitingMessage
        {
            JobId = request.JobId,
            Attempt = request.Attempt,
            Reason = "busy",
        };
        var id = await host.SubmitAsync();
        await host.WaitForAsync(id, "queued");
        await host.WaitForSagaAsync(id, "AwaitingPlacement");

        var resumed = await ResumeUnsettledJobs.LeftBehindAsync(
            host.Store,
            TimeProvider.System.GetUtcNow().AddMinutes(1),
            CancellationToken.None
        );

        Assert.Empty(resumed);
    }

    [Fact]
    public async Task Forgets_settled_sagas_after_a_while()
    {
        await using var host = await JobsHost.StartAsync(_database, ("Jobs:KeepSettled", "00:00:00.500"));
        var id = await host.SubmitAsync();
        await host.WaitForAsync(id, "running");
        await host.Cluster.ExitAsync(id);
        await host.WaitForAsync(id, "succeeded");

        await host.WaitForSagaAsync(id, null);
    }

    [Fact]
    public async Task Is_not_needed_for_another_attempt_of_a_job_that_settled_long_ago()
    {
        await using var host = await JobsHost.StartAsync(_database, ("Jobs:KeepSettled", "00:00:00"));
        var id = await host.SubmitAsync();
        await host.WaitForAsync(id, "running");
        await host.Cluster.ExitAsync(id, exitCode: 1);
        await host.WaitForAsync(id, "failed");
        await host.WaitForSagaAsync(id, null);

        using var retry = await host.Http.PostAsync($"/api/jobs/{id}/retry", null);
        retry.EnsureSuccessStatusCode();

        await host.WaitForAsync(id, "running", attempt: 2);
    }

    private static async Task ForgetSagasAsync(JobsHost host)
    {
        await using var command = host.Store.DataSource.CreateCommand("delete from saga");
        await command.ExecuteNonQueryAsync();
    }
}
