using System.Net;
using Platform.Contracts.Nodes;
using Platform.Jobs.Coordination;

namespace Platform.Jobs.Tests.Coordination;

[Trait("suite", "integration")]
public sealed class Resuming_jobs : IAsyncLifetime
{
    private static readonly (string, string)[] _shortInterval = [("Jobs:ResumeInterval", "00:00:00.300")];

    private TestDatabase _database = null!;

    public async Task InitializeAsync() =>
        _database = await TestDatabase.CreateMigratedAsync("jobs", new JobsModule().Add);

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    [Trait("check", "JOB-04")]
    public async Task continues_where_a_killed_process_stopped()
    {
        Guid waiting;
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
            waiting = await host.SubmitAsync();
            await host.WaitForSagaAsync(waiting, "AwaitingPlacement");
        }

        await using var restarted = await JobsHost.StartAsync(_database, new TestCluster());
        await restarted.WaitForAsync(waiting, "running");
        await restarted.WaitForSagaAsync(ended, "Settled");
        await restarted.Cluster.ExitAsync(running);
        await restarted.WaitForAsync(running, "succeeded");
    }

    [Fact]
    public async Task recovers_jobs_whose_messages_were_all_lost()
    {
        var silentCluster = new TestCluster { OnRequest = _ => null };
        Guid pending;
        Guid placed;
        await using (var host = await JobsHost.StartAsync(_database, silentCluster))
        {
            pending = await host.SubmitAsync();
            placed = await host.SubmitAsync();
            silentCluster.OnStart = _ => null;
            await silentCluster.PublishAsync(TestCluster.Grant(placed, 1));
            await host.WaitForAsync(placed, "placed");
            await host.WaitForSagaAsync(pending, "AwaitingPlacement");
            await DeleteSagasAsync(host);
        }

        await using var restarted = await JobsHost.StartAsync(_database, new TestCluster(), _shortInterval);
        await restarted.WaitForAsync(pending, "running");
        await restarted.WaitForAsync(placed, "running");
    }

    [Fact]
    public async Task recovers_sagas_that_fell_behind_while_it_runs()
    {
        await using var host = await JobsHost.StartAsync(_database, _shortInterval);
        var running = await host.SubmitAsync();
        var waiting = await host.SubmitAsync();
        await host.WaitForAsync(running, "running");
        await host.WaitForAsync(waiting, "running");
        await host.WaitForSagaAsync(running, "Running");
        await DeleteSagasAsync(host);

        // The sagas are lost: they are created again from the jobs' events.
        await host.WaitForSagaAsync(running, "Running");
        await host.Cluster.ExitAsync(running);
        await host.WaitForAsync(running, "succeeded");
        await host.WaitForSagaAsync(running, "Settled");
    }

    [Fact]
    public async Task stops_a_job_whose_saga_has_not_begun_when_it_is_cancelled()
    {
        await using var host = await JobsHost.StartAsync(_database, ("Jobs:ResumeInterval", "01:00:00"));
        var id = await host.SubmitAsync();
        await host.WaitForAsync(id, "running");
        await host.WaitForSagaAsync(id, "Running");
        await DeleteSagasAsync(host);

        using var cancel = await host.Http.PostAsync($"/api/jobs/{id}/cancel", null);

        Assert.Equal(HttpStatusCode.OK, cancel.StatusCode);
        await host.WaitForAsync(id, "cancelled");
        await host.WaitForSagaAsync(id, "Settled");
    }

    [Fact]
    public async Task skips_healthy_jobs()
    {
        await using var host = await JobsHost.StartAsync(_database, _shortInterval);
        host.Cluster.OnRequest = Wait;
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
    public async Task asks_once_for_all_that_wait_whether_they_still_do()
    {
        var waiting = new TestCluster { OnRequest = Wait };
        Guid granted;
        Guid still;
        await using (var host = await JobsHost.StartAsync(_database, waiting))
        {
            granted = await host.SubmitAsync();
            still = await host.SubmitAsync();
            await StoredAsync(host, granted);
            await StoredAsync(host, still);
        }

        // The grant of one was published while nobody listened.
        var cluster = new TestCluster
        {
            OnRequest = _ => null,
            OnConfirmWaiting = one => one.JobId == granted ? TestCluster.Grant(one.JobId, one.Attempt) : null,
        };
        await using var restarted = await JobsHost.StartAsync(_database, cluster);

        await restarted.WaitForAsync(granted, "running");
        Assert.Equal("queued", (await restarted.JobAsync(still))["status"]!.GetValue<string>());
        var asked = Assert.Single(cluster.All<ConfirmWaiting>());
        Assert.Equal([granted, still], asked.Waiting.Select(one => one.JobId).Order());
    }

    [Fact]
    public async Task needs_no_deadline_while_a_stored_request_waits()
    {
        await using var host = await JobsHost.StartAsync(_database);
        host.Cluster.OnRequest = Wait;
        var id = await host.SubmitAsync();

        await StoredAsync(host, id);

        Assert.Equal("queued", (await host.JobAsync(id))["status"]!.GetValue<string>());
        await host.Cluster.PublishAsync(TestCluster.Grant(id, 1));
        await host.WaitForAsync(id, "running");
    }

    [Fact]
    public async Task removes_settled_sagas_after_a_while()
    {
        await using var host = await JobsHost.StartAsync(_database, ("Jobs:KeepSettled", "00:00:00.500"));
        var id = await host.SubmitAsync();
        await host.WaitForAsync(id, "running");
        await host.Cluster.ExitAsync(id);
        await host.WaitForAsync(id, "succeeded");

        await host.WaitForSagaAsync(id, null);
    }

    [Fact]
    public async Task is_not_needed_for_another_attempt_of_a_job_that_settled_long_ago()
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

    private static PlacementWaitingMessage Wait(RequestPlacement request) =>
        new()
        {
            JobId = request.JobId,
            Attempt = request.Attempt,
            Reason = "busy",
        };

    /// <summary>Waits until the job is queued and its saga waits without a deadline.</summary>
    private static async Task StoredAsync(JobsHost host, Guid id)
    {
        await host.WaitForAsync(id, "queued");
        await WaitFor.ConditionAsync(
            "the saga to know that its request is stored",
            async () =>
            {
                await using var command = host.Store.DataSource.CreateCommand(
                    "select due_at is null from saga where correlation_id = $1 and state = 'AwaitingPlacement'"
                );
                command.Parameters.Add(new() { Value = id });
                return await command.ExecuteScalarAsync() is true;
            }
        );
    }

    private static async Task DeleteSagasAsync(JobsHost host)
    {
        await using var command = host.Store.DataSource.CreateCommand("delete from saga");
        await command.ExecuteNonQueryAsync();
    }
}
