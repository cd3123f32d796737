using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts.Jobs;
using Platform.Contracts.Nodes;
using Platform.ServiceDefaults;
using Platform.Tracking.Alerts.Watching;

namespace Platform.Tracking.Tests.Alerts;

[Trait("suite", "integration")]
[Trait("row", "33")]
public sealed class Alerts_about_jobs_and_nodes(AlertHost host) : IClassFixture<AlertHost>
{
    private static readonly DateTimeOffset _start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public async Task fire_when_a_job_fails_and_are_resolved_when_it_is_tried_again()
    {
        var rule = await AddJobRuleAsync("failing", "failed");
        var job = Guid.CreateVersion7();
        await host.PublishAsync(Submitted(job, "failing/deep"), Started(job, 1), Ended(job, 1, "failed"));
        var alert = (await host.WaitForAsync(rule, "firing"))[0]!;
        Assert.Equal($"{job}", alert["subjectId"]!.GetValue<string>());
        Assert.Equal("Job digits has failed.", alert["message"]!.GetValue<string>());

        await host.PublishAsync(Ended(job, 1, "failed"));
        Assert.Single(await host.AlertsAsync(rule));

        await host.PublishAsync(Started(job, 2));
        await host.WaitForAsync(rule, "resolved");
        await host.PublishAsync(Ended(job, 2, "failed"));
        await host.WaitForAsync(rule, "firing", "resolved");
    }

    [Fact]
    public async Task fire_when_a_job_waits_or_runs_for_too_long()
    {
        var waiting = await AddJobRuleAsync("slow", "waiting", seconds: 1);
        var running = await AddJobRuleAsync("slow", "running", seconds: 1);
        var job = Guid.CreateVersion7();
        await host.PublishAsync(Submitted(job, "slow"));
        await host.WaitForAsync(waiting, "firing");
        Assert.Empty(await host.AlertsAsync(running));

        await host.PublishAsync(Started(job, 1));
        await host.WaitForAsync(waiting, "resolved");
        await host.WaitForAsync(running, "firing");
        await host.PublishAsync(Ended(job, 1, "succeeded"));
        await host.WaitForAsync(running, "resolved");
    }

    [Fact]
    public async Task fire_when_a_job_is_lost_with_its_node_until_another_attempt_runs()
    {
        var rule = await AddJobRuleAsync("lost", "lost");
        var job = Guid.CreateVersion7();
        await host.PublishAsync(Submitted(job, "lost"), Started(job, 1), Lost(job, 1));
        await host.WaitForAsync(rule, "firing");

        await host.PublishAsync(Started(job, 2));
        await host.WaitForAsync(rule, "resolved");
    }

    [Fact]
    public async Task are_over_when_the_job_is_deleted()
    {
        var rule = await AddJobRuleAsync("deleted", "failed");
        var job = Guid.CreateVersion7();
        await host.PublishAsync(Submitted(job, "deleted"), Ended(job, 1, "failed"));
        await host.WaitForAsync(rule, "firing");

        await host.PublishAsync(Deleted(job, 1));
        var gone = (await host.WaitForAsync(rule, "resolved"))[0]!;
        Assert.Equal("gone", gone["cause"]!.GetValue<string>());

        // Restored alone, it is as it was; what comes late or twice changes nothing.
        await host.PublishAsync(Ended(job, 1, "failed"), Deleted(job, 1), Started(job, 1));
        await host.WaitForAsync(rule, "resolved");

        // Retried after it was restored.
        await host.PublishAsync(Started(job, 2), Deleted(job, 1), Ended(job, 2, "failed"));
        await host.WaitForAsync(rule, "firing", "resolved");
    }

    [Fact]
    public async Task are_over_when_the_job_is_purged()
    {
        var failed = await AddJobRuleAsync("purged", "failed");
        var lost = await AddJobRuleAsync("purged", "lost");
        var job = Guid.CreateVersion7();
        await host.PublishAsync(Submitted(job, "purged"), Started(job, 1), Lost(job, 1), Ended(job, 1, "failed"));
        await host.WaitForAsync(failed, "firing");
        await host.WaitForAsync(lost, "firing");

        await host.PublishAsync(Purged(job));
        foreach (var rule in new[] { failed, lost })
        {
            var gone = (await host.WaitUntilResolvedAsync(rule))[0]!;
            Assert.Equal("gone", gone["cause"]!.GetValue<string>());
        }

        // One of which nothing but its end is heard, as well.
        var other = Guid.CreateVersion7();
        await host.PublishAsync(Purged(other), Submitted(other, "purged"));
        foreach (var id in new[] { job, other })
        {
            await host.PublishAsync(Lost(id, 2), Ended(id, 2, "failed"), Purged(id), Ended(id, 2, "failed"));
        }

        await host.WaitUntilResolvedAsync(failed);
        await host.WaitUntilResolvedAsync(lost);

        Assert.Equal(2, await CountAsync(job, other));
        await ForgetAsync(TimeSpan.FromDays(29));
        Assert.Equal(2, await CountAsync(job, other));
        await ForgetAsync(TimeSpan.FromDays(31));
        Assert.Equal(0, await CountAsync(job, other));
    }

    [Fact]
    public async Task fire_when_a_node_is_lost_and_are_resolved_when_it_is_back()
    {
        var rule = await host.AddRuleAsync(
            new
            {
                name = "nodes",
                watch = "node",
                condition = "lost",
            }
        );
        var node = Guid.CreateVersion7();
        await host.PublishAsync(Node(node, 1, "online"), Node(node, 2, "lost"));
        var alert = (await host.WaitForAsync(rule, "firing"))[0]!;
        Assert.Equal("Node gpu-1 stopped answering.", alert["message"]!.GetValue<string>());

        // Of before it was lost.
        await host.PublishAsync(Node(node, 1, "online"));
        Assert.Equal("firing", (await host.AlertsAsync(rule))[0]!["state"]!.GetValue<string>());
        await host.PublishAsync(Node(node, 3, "online"));
        await host.WaitForAsync(rule, "resolved");

        await host.PublishAsync(Node(node, 4, "lost"));
        await host.WaitForAsync(rule, "firing", "resolved");
        await host.PublishAsync(Node(node, 5, "removed"));
        var gone = (await host.WaitForAsync(rule, "resolved", "resolved"))[0]!;
        Assert.Equal("gone", gone["cause"]!.GetValue<string>());
    }

    [Fact]
    public async Task are_made_by_administrators_where_they_are_about_nodes()
    {
        var body = new
        {
            name = "mine",
            watch = "node",
            condition = "lost",
        };
        var editor = Caller.User("anna", UserRole.Editor);
        var refused = await host.SendAsync(
            HttpMethod.Post,
            "/api/alerts/rules",
            body,
            HttpStatusCode.Forbidden,
            caller: editor
        );
        Assert.Equal("/problems/alert.administrators-only", refused["type"]!.GetValue<string>());

        var rule = await host.AddRuleAsync(body);
        await host.SendAsync(
            HttpMethod.Delete,
            $"/api/alerts/rules/{rule}",
            body: null,
            HttpStatusCode.Forbidden,
            caller: editor
        );
        // Not as a rule about something else either.
        await host.SendAsync(
            HttpMethod.Put,
            $"/api/alerts/rules/{rule}",
            new
            {
                name = "mine",
                project = "demo",
                watch = "job",
                condition = "failed",
            },
            HttpStatusCode.Forbidden,
            caller: editor
        );
    }

    private Task<string> AddJobRuleAsync(string project, string condition, int? seconds = null) =>
        host.AddRuleAsync(
            new
            {
                name = condition,
                project,
                watch = "job",
                condition,
                seconds,
            }
        );

    private static JobSubmittedMessage Submitted(Guid job, string project) =>
        new()
        {
            JobId = job,
            RunId = job,
            Name = "digits",
            Project = project,
            Resources = new Resources
            {
                Gpus = 0,
                Cpus = 1,
                MemoryMiB = 512,
            },
            Labels = new Dictionary<string, string>(StringComparer.Ordinal),
            Priority = 50,
            SubmittedAt = TimeProvider.System.GetUtcNow(),
        };

    private static JobStartedMessage Started(Guid job, int attempt) =>
        new()
        {
            JobId = job,
            RunId = job,
            Attempt = attempt,
            StartedAt = TimeProvider.System.GetUtcNow(),
        };

    private static JobEndedMessage Ended(Guid job, int attempt, string status) =>
        new()
        {
            JobId = job,
            RunId = job,
            Attempt = attempt,
            Status = status,
            Reason = EndReasons.ExitCode,
            EndedAt = TimeProvider.System.GetUtcNow(),
        };

    private static PlacementLostMessage Lost(Guid job, int attempt) =>
        new()
        {
            JobId = job,
            Attempt = attempt,
            Reason = EndReasons.NodeLost,
        };

    private static JobDeletedMessage Deleted(Guid job, int attempt) =>
        new()
        {
            JobId = job,
            Attempt = attempt,
            DeletedAt = TimeProvider.System.GetUtcNow(),
        };

    private static JobPurgedMessage Purged(Guid job) =>
        new() { JobId = job, PurgedAt = TimeProvider.System.GetUtcNow() };

    /// <summary>Forgets as when so much time has gone by.</summary>
    private Task ForgetAsync(TimeSpan later) =>
        host
            .Services.GetRequiredService<JobWatch>()
            .ForgetAsync(TimeProvider.System.GetUtcNow() + later, CancellationToken.None);

    private async Task<long> CountAsync(params Guid[] jobs)
    {
        await using var command = host.Store.DataSource.CreateCommand(
            "select count(*) from alert_job where job_id = any($1)"
        );
        command.Parameters.Add(new() { Value = jobs });
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static NodeStatusMessage Node(Guid node, long version, string status) =>
        new()
        {
            NodeId = node,
            Name = "gpu-1",
            Status = status,
            Version = version,
            At = _start,
        };
}
