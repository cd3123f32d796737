using System.Net;
using System.Text.Json.Nodes;
using Platform.Contracts.Jobs;

namespace Platform.Tracking.Tests.Runs;

[Trait("suite", "integration")]
public sealed class Deleting_a_run(TrackingHost host) : IClassFixture<TrackingHost>
{
    [Fact]
    [Trait("check", "RUN-20")]
    public async Task moves_it_from_the_list_into_the_recycle_bin_and_restoring_it_back()
    {
        var project = NewProject();
        var (id, other) = (await EndedAsync(project), await EndedAsync(project));

        var deleted = await DeleteAsync(id, "?reason=a%20typo");

        Assert.Equal("finished", deleted["status"]!.GetValue<string>());
        Assert.Equal("a typo", deleted["deletion"]!["reason"]!.GetValue<string>());
        Assert.Equal("user:tester", deleted["deletion"]!["by"]!.GetValue<string>());
        Assert.Equal([other], await ListAsync(project));
        Assert.Equal([id], await ListAsync(project, "&deleted=true"));

        var restored = await host.SendAsync(HttpMethod.Post, $"/api/runs/{id}/restore", null, HttpStatusCode.OK);

        Assert.Null(restored["deletion"]);
        Assert.Equal("finished", restored["status"]!.GetValue<string>());
        Assert.Equal([other, id], await ListAsync(project));
        Assert.Empty(await ListAsync(project, "&deleted=true"));
    }

    [Fact]
    public async Task is_refused_while_it_runs()
    {
        var id = await host.CreateRunAsync(NewProject());

        var problem = await host.SendAsync(HttpMethod.Delete, $"/api/runs/{id}", null, HttpStatusCode.Conflict);

        Assert.Equal("/problems/run.not-ended", problem["type"]!.GetValue<string>());
    }

    [Fact]
    public async Task still_lets_it_take_what_its_training_reports_late()
    {
        var id = await EndedAsync(NewProject());
        await DeleteAsync(id);

        await host.SendAsync(
            HttpMethod.Patch,
            $"/api/runs/{id}",
            new { summary = new { accuracy = 0.5 } },
            HttpStatusCode.OK
        );
        await host.LogAsync(id, Point(7));

        var run = await host.SendAsync(HttpMethod.Post, $"/api/runs/{id}/restore", null, HttpStatusCode.OK);
        Assert.Equal(0.5, run["summary"]!["accuracy"]!.GetValue<double>());
        Assert.Equal(2, run["metrics"]!["loss"]!["count"]!.GetValue<int>());
    }

    [Fact]
    public async Task ends_when_its_job_starts_again()
    {
        var (job, run) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await host.PublishAsync(Started(job, run, 1), Ended(job, run, 1));
        await DeleteAsync(run.ToString());

        await host.PublishAsync(Started(job, run, 2));

        var found = await host.GetAsync($"/api/runs/{run}");
        Assert.Equal("running", found["status"]!.GetValue<string>());
        Assert.Null(found["deletion"]);
    }

    [Fact]
    [Trait("check", "RUN-22")]
    public async Task answers_for_each_of_several()
    {
        var project = NewProject();
        var (ended, running) = (await EndedAsync(project), await host.CreateRunAsync(project));

        var answer = await host.SendAsync(
            HttpMethod.Post,
            "/api/runs/delete",
            new { ids = new[] { running, ended, "no-such", "../x" } },
            HttpStatusCode.OK
        );

        Assert.Equal(
            [(false, "run.not-ended"), (true, null), (false, "run.not-found"), (false, "run.not-found")],
            answer["items"]!
                .AsArray()
                .Select(item => (item!["done"]!.GetValue<bool>(), item["problem"]?["code"]!.GetValue<string>()))
        );
        Assert.Equal([running], await ListAsync(project));
    }

    [Fact]
    [Trait("check", "RUN-22")]
    public async Task takes_at_most_200_at_once()
    {
        var ids = Enumerable.Range(0, 201).Select(i => $"run-{i}").ToArray();
        foreach (var path in new[] { "delete", "purge" })
        {
            await host.SendAsync(HttpMethod.Post, $"/api/runs/{path}", new { ids }, HttpStatusCode.BadRequest);
        }
    }

    [Fact]
    public async Task permanently_can_be_tried_first()
    {
        var id = await EndedAsync(NewProject());
        Assert.Equal("run.not-deleted", (await PurgeAsync(id, dryRun: true))["problem"]!["code"]!.GetValue<string>());
        await DeleteAsync(id);

        var item = await PurgeAsync(id, dryRun: true);

        Assert.True(item["done"]!.GetValue<bool>());
        Assert.Equal(1, item["content"]!["metrics"]!.GetValue<int>());
        Assert.Equal(1, item["content"]!["points"]!.GetValue<int>());
        Assert.NotNull(await host.GetAsync($"/api/runs/{id}"));
    }

    [Fact]
    public async Task permanently_leaves_no_point_of_it()
    {
        var project = NewProject();
        var (id, kept) = (await EndedAsync(project), await EndedAsync(project));
        await host.LogAsync(id, [.. Enumerable.Range(2, 500).Select(Point)]);
        await DeleteAsync(id);
        var series = await SeriesAsync(id);
        Assert.Equal(1, await CountAsync("metric_chunk where series_id = any($1)", series));

        Assert.True((await PurgeAsync(id, dryRun: false))["done"]!.GetValue<bool>());

        await host.GetAsync($"/api/runs/{id}", HttpStatusCode.NotFound);
        Assert.Empty(await ListAsync(project, "&deleted=true"));
        await WaitFor.ConditionAsync(
            "its points to be deleted",
            async () => await CountAsync("metric_chunk where series_id = any($1)", series) == 0
        );
        Assert.Equal(0, await CountAsync("metric_tail where series_id = any($1)", series));
        Assert.Equal(1, await CountAsync("metric_tail where series_id = any($1)", await SeriesAsync(kept)));
        await host.SendAsync(HttpMethod.Post, $"/api/runs/{id}/restore", null, HttpStatusCode.NotFound);
        Assert.True((await PurgeAsync(id, dryRun: false))["done"]!.GetValue<bool>());
    }

    [Fact]
    public async Task permanently_is_not_undone_by_a_late_message_about_its_job()
    {
        var (job, run) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await host.PublishAsync(Started(job, run, 1), Ended(job, run, 1));
        await DeleteAsync(run.ToString());
        await PurgeAsync(run.ToString(), dryRun: false);

        await host.PublishAsync(Submitted(job, run), Started(job, run, 1), Ended(job, run, 1));

        await host.GetAsync($"/api/runs/{run}", HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task permanently_lets_a_new_run_have_its_id()
    {
        var id = await EndedAsync(NewProject());
        await DeleteAsync(id);
        await PurgeAsync(id, dryRun: false);

        await host.SendAsync(HttpMethod.Put, $"/api/runs/{id}", new { project = "again" }, HttpStatusCode.Created);

        var run = await host.GetAsync($"/api/runs/{id}");
        Assert.Equal("again", run["project"]!.GetValue<string>());
        Assert.Empty(run["metrics"]!.AsObject());
        await host.LogAsync(id, Point(1));
    }

    private static string NewProject() => $"deleting/{Guid.CreateVersion7():N}";

    private static object Point(int step) =>
        new
        {
            key = "loss",
            step,
            at = "2026-01-01T00:00:00Z",
            value = 1.5,
        };

    private static JobSubmittedMessage Submitted(Guid job, Guid run) =>
        new()
        {
            JobId = job,
            RunId = run,
            Name = "digits",
            Project = "demo",
            Resources = new()
            {
                Gpus = 0,
                Cpus = 1,
                MemoryMiB = 512,
            },
            Labels = new Dictionary<string, string>(),
            Priority = 50,
            SubmittedAt = TimeProvider.System.GetUtcNow(),
        };

    private static JobStartedMessage Started(Guid job, Guid run, int attempt) =>
        new()
        {
            JobId = job,
            RunId = run,
            Attempt = attempt,
            StartedAt = TimeProvider.System.GetUtcNow(),
            TimeoutAt = null,
        };

    private static JobEndedMessage Ended(Guid job, Guid run, int attempt) =>
        new()
        {
            JobId = job,
            RunId = run,
            Attempt = attempt,
            Status = "succeeded",
            Reason = "exit_code",
            ExitCode = 0,
            EndedAt = TimeProvider.System.GetUtcNow(),
        };

    private async Task<string> EndedAsync(string project)
    {
        var id = await host.CreateRunAsync(project);
        await host.LogAsync(id, Point(1));
        await host.SendAsync(HttpMethod.Post, $"/api/runs/{id}/finish", new { }, HttpStatusCode.OK);
        return id;
    }

    private Task<JsonNode> DeleteAsync(string id, string query = "") =>
        host.SendAsync(HttpMethod.Delete, $"/api/runs/{id}{query}", null, HttpStatusCode.OK);

    private async Task<JsonNode> PurgeAsync(string id, bool dryRun)
    {
        var answer = await host.SendAsync(
            HttpMethod.Post,
            "/api/runs/purge",
            new { ids = new[] { id }, dryRun },
            HttpStatusCode.OK
        );
        Assert.Equal(dryRun, answer["dryRun"]!.GetValue<bool>());
        return answer["items"]![0]!;
    }

    private async Task<IReadOnlyList<string>> ListAsync(string project, string query = "")
    {
        var page = await host.GetAsync($"/api/runs?project={project}{query}");
        var ids = page["items"]!.AsArray().Select(run => run!["id"]!.GetValue<string>()).ToList();
        Assert.Equal(ids.Count, page["total"]!.GetValue<int>());
        return ids;
    }

    private async Task<long[]> SeriesAsync(string id)
    {
        await using var command = host.Store.DataSource.CreateCommand(
            "select array_agg(id) from metric_series where run_id = $1"
        );
        command.Parameters.Add(new() { Value = id });
        return (long[])(await command.ExecuteScalarAsync())!;
    }

    private async Task<long> CountAsync(string rows, object parameter)
    {
        await using var command = host.Store.DataSource.CreateCommand($"select count(*) from {rows}");
        command.Parameters.Add(new() { Value = parameter });
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
