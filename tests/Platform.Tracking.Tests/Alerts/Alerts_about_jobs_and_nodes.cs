using System.Net;
using Platform.Contracts.Jobs;
using Platform.Contracts.Nodes;
using Platform.ServiceDefaults;

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
        await host.PublishAsync(
            Submitted(job, "lost"),
            Started(job, 1),
            new PlacementLostMessage
            {
                JobId = job,
                Attempt = 1,
                Reason = EndReasons.NodeLost,
            }
        );
        await host.WaitForAsync(rule, "firing");

        await host.PublishAsync(Started(job, 2));
        await host.WaitForAsync(rule, "resolved");
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
