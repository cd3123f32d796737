using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Platform.Contracts.Jobs;

namespace Platform.Jobs.Tests.Integration;

[Trait("suite", "integration")]
public sealed class Deleting_a_job : WithJobsHost
{
    private protected override (string Key, string Value)[] Settings => [("Jobs:RetentionInterval", "00:00:00.100")];

    [Fact]
    public async Task moves_it_from_the_list_into_the_recycle_bin_and_restoring_it_back()
    {
        var (id, other) = (await EndedAsync(), await EndedAsync());
        var before = await Host.JobAsync(id);

        var deleted = await SendAsync(HttpMethod.Delete, $"/api/jobs/{id}?reason=a%20typo", HttpStatusCode.OK);

        Assert.Equal("succeeded", deleted["status"]!.GetValue<string>());
        Assert.Equal("a typo", deleted["deletion"]!["reason"]!.GetValue<string>());
        Assert.Equal("user:tester", deleted["deletion"]!["by"]!.GetValue<string>());
        Assert.Equal([other], await ListAsync(""));
        Assert.Equal([id], await ListAsync("?deleted=true"));
        Assert.NotNull((await Host.JobAsync(id))["deletion"]);

        var restored = await SendAsync(HttpMethod.Post, $"/api/jobs/{id}/restore", HttpStatusCode.OK);

        Assert.Equal(before.ToJsonString(), restored.ToJsonString());
        Assert.Equal([other, id], await ListAsync(""));
        Assert.Empty(await ListAsync("?deleted=true"));
    }

    [Fact]
    public async Task is_counted()
    {
        var ids = new List<Guid>();
        for (var i = 0; i < 3; i++)
        {
            ids.Add(await EndedAsync());
        }

        await SendAsync(HttpMethod.Delete, $"/api/jobs/{ids[0]}", HttpStatusCode.OK);

        foreach (var query in new[] { "", "&status=succeeded", "&project=demo", "&submittedBy=tester" })
        {
            var page = await Host.GetAsync($"/api/jobs?limit=1{query}");
            Assert.Equal(2, page["total"]!.GetValue<int>());
            var bin = await Host.GetAsync($"/api/jobs?limit=1&deleted=true{query}");
            Assert.Equal(1, bin["total"]!.GetValue<int>());
        }

        await SendAsync(HttpMethod.Post, $"/api/jobs/{ids[0]}/restore", HttpStatusCode.OK);
        Assert.Equal(3, (await Host.GetAsync("/api/jobs?limit=1"))["total"]!.GetValue<int>());
    }

    [Fact]
    public async Task keeps_who_why_when_and_the_former_state_in_its_history()
    {
        var id = await EndedAsync();

        await SendAsync(HttpMethod.Delete, $"/api/jobs/{id}?reason=old", HttpStatusCode.OK);

        var entry = (await Host.GetAsync($"/api/jobs/{id}/events"))["items"]!.AsArray()[^1]!;
        Assert.Equal("job_deleted", entry["type"]!.GetValue<string>());
        Assert.Equal("user:tester", entry["actor"]!.GetValue<string>());
        Assert.Equal("succeeded", entry["data"]!["formerStatus"]!.GetValue<string>());
        Assert.Equal("old", entry["data"]!["reason"]!.GetValue<string>());
        Assert.NotNull(entry["data"]!["at"]);
    }

    [Fact]
    public async Task twice_changes_nothing_more()
    {
        var id = await EndedAsync();
        await SendAsync(HttpMethod.Delete, $"/api/jobs/{id}?reason=first", HttpStatusCode.OK);

        var again = await SendAsync(HttpMethod.Delete, $"/api/jobs/{id}?reason=second", HttpStatusCode.OK);

        Assert.Equal("first", again["deletion"]!["reason"]!.GetValue<string>());
        Assert.Single(await Host.HistoryAsync(id), type => type is "job_deleted");
    }

    [Fact]
    public async Task is_refused_while_it_waits_or_runs()
    {
        var running = await Host.SubmitAsync();
        await Host.WaitForAsync(running, "running");
        Cluster.OnRequest = _ => null;
        var pending = await Host.SubmitAsync();

        foreach (var id in new[] { running, pending })
        {
            var problem = await SendAsync(HttpMethod.Delete, $"/api/jobs/{id}", HttpStatusCode.Conflict);
            Assert.Equal("/problems/job.not-ended", problem["type"]!.GetValue<string>());
            Assert.Contains("Cancel it first", problem["detail"]!.GetValue<string>(), StringComparison.Ordinal);
        }

        Assert.Empty(await ListAsync("?deleted=true"));
    }

    [Fact]
    public async Task keeps_it_from_being_retried()
    {
        Cluster.OnRequest = _ => null;
        var id = await Host.SubmitAsync();
        await SendAsync(HttpMethod.Post, $"/api/jobs/{id}/cancel", HttpStatusCode.OK);
        await SendAsync(HttpMethod.Delete, $"/api/jobs/{id}", HttpStatusCode.OK);

        var problem = await SendAsync(HttpMethod.Post, $"/api/jobs/{id}/retry", HttpStatusCode.Conflict);

        Assert.Equal("/problems/job.deleted", problem["type"]!.GetValue<string>());
    }

    [Fact]
    [Trait("check", "RUN-22")]
    public async Task answers_for_each_of_several()
    {
        var (ended, deleted) = (await EndedAsync(), await EndedAsync());
        await SendAsync(HttpMethod.Delete, $"/api/jobs/{deleted}", HttpStatusCode.OK);
        Cluster.OnRequest = _ => null;
        var pending = await Host.SubmitAsync();
        var unknown = Guid.CreateVersion7();

        var items = (
            await SendAsync(
                HttpMethod.Post,
                "/api/jobs/delete",
                HttpStatusCode.OK,
                new
                {
                    ids = new[] { $"{pending}", $"{ended}", $"{unknown}", "x", $"{deleted}" },
                    reason = "cleaning up",
                }
            )
        )["items"]!.AsArray();

        Assert.Equal(
            [(false, "job.not-ended"), (true, null), (false, "job.not-found"), (false, "job.not-found"), (true, null)],
            items.Select(item => (item!["done"]!.GetValue<bool>(), item["problem"]?["code"]!.GetValue<string>()))
        );
        Assert.Equal([pending], await ListAsync(""));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(201)]
    [Trait("check", "RUN-22")]
    public async Task takes_1_to_200_at_once(int count)
    {
        var ids = Enumerable.Range(0, count).Select(_ => Guid.CreateVersion7().ToString()).ToArray();
        foreach (var path in new[] { "delete", "purge" })
        {
            var problem = await SendAsync(HttpMethod.Post, $"/api/jobs/{path}", HttpStatusCode.BadRequest, new { ids });
            Assert.NotNull(problem["errors"]!["ids"]);
        }
    }

    [Fact]
    public async Task takes_a_reason_of_one_line()
    {
        var id = await EndedAsync();

        await SendAsync(HttpMethod.Delete, $"/api/jobs/{id}?reason=a%0Ab", HttpStatusCode.BadRequest);
        await SendAsync(HttpMethod.Delete, $"/api/jobs/{id}?reason={new string('x', 501)}", HttpStatusCode.BadRequest);
        await SendAsync(HttpMethod.Delete, $"/api/jobs/{id}?reson=misspelled", HttpStatusCode.BadRequest);
        await SendAsync(HttpMethod.Delete, $"/api/jobs/{id}?reason=a&reason=b", HttpStatusCode.BadRequest);
        await SendAsync(
            HttpMethod.Post,
            "/api/jobs/delete",
            HttpStatusCode.BadRequest,
            new { ids = new[] { $"{id}", $"{id}" } }
        );

        Assert.Equal([id], await ListAsync(""));
    }

    [Fact]
    public async Task permanently_needs_the_recycle_bin_first()
    {
        var id = await EndedAsync();

        var item = await PurgeAsync(id, dryRun: false);

        Assert.False(item["done"]!.GetValue<bool>());
        Assert.Equal("job.not-deleted", item["problem"]!["code"]!.GetValue<string>());
        Assert.Equal([id], await ListAsync(""));
    }

    [Fact]
    public async Task permanently_can_be_tried_first()
    {
        var id = await DeletedAsync();

        var item = await PurgeAsync(id, dryRun: true);

        Assert.True(item["done"]!.GetValue<bool>());
        Assert.Equal(8, item["content"]!["logBytes"]!.GetValue<int>());
        Assert.Equal(1, item["content"]!["files"]!.GetValue<int>());
        await SendAsync(HttpMethod.Post, $"/api/jobs/{id}/restore", HttpStatusCode.OK);
        Assert.Equal("a line\n", (await Host.Http.GetStringAsync($"/api/jobs/{id}/logs"))[..7]);
    }

    [Fact]
    public async Task permanently_leaves_nothing_but_its_history()
    {
        var id = await DeletedAsync();
        var kept = await DeletedAsync();

        Assert.True((await PurgeAsync(id, dryRun: false))["done"]!.GetValue<bool>());

        foreach (var path in new[] { "", "/logs" })
        {
            using var gone = await Host.Http.GetAsync($"/api/jobs/{id}{path}");
            Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
        }

        Assert.Equal([kept], await ListAsync("?deleted=true"));
        await WaitFor.ConditionAsync("its data to be deleted", async () => await RowsAsync(id) == 0);
        Assert.True(await RowsAsync(kept) > 0);
        Assert.Equal(["job_deleted", "job_purged"], (await Host.HistoryAsync(id))[^2..]);
        foreach (var command in new[] { "restore", "retry", "cancel" })
        {
            var problem = await SendAsync(HttpMethod.Post, $"/api/jobs/{id}/{command}", HttpStatusCode.Gone);
            Assert.Equal("/problems/job.purged", problem["type"]!.GetValue<string>());
        }

        Assert.True((await PurgeAsync(id, dryRun: false))["done"]!.GetValue<bool>());
    }

    [Fact]
    public async Task tells_other_services()
    {
        var id = await DeletedAsync();
        await WaitFor.ConditionAsync(
            "others to hear of it",
            () => Task.FromResult(Cluster.All<JobDeletedMessage>().Any(one => one.JobId == id && one.Attempt == 1))
        );
        Assert.Empty(Cluster.All<JobPurgedMessage>());

        await PurgeAsync(id, dryRun: false);
        await WaitFor.ConditionAsync(
            "others to hear that it is gone for good",
            () => Task.FromResult(Cluster.All<JobPurgedMessage>().Any(one => one.JobId == id))
        );
    }

    [Fact]
    public async Task permanently_frees_its_idempotency_key()
    {
        var id = await DeletedAsync("a key");
        await PurgeAsync(id, dryRun: false);

        Assert.NotEqual(id, await SubmitAsync("a key"));
    }

    [Fact]
    public async Task survives_a_rebuild_of_the_list()
    {
        var (deleted, purged) = (await DeletedAsync(), await DeletedAsync());
        await PurgeAsync(purged, dryRun: false);
        var before = (await Host.JobAsync(deleted)).ToJsonString();

        await Host.Store.RebuildAsync("job_summary:v1");

        Assert.Equal(before, (await Host.JobAsync(deleted)).ToJsonString());
        Assert.Equal([deleted], await ListAsync("?deleted=true"));
        Assert.Empty(await ListAsync(""));
    }

    private async Task<Guid> DeletedAsync(string? key = null)
    {
        var id = await EndedAsync(key);
        await Host.WaitForSagaAsync(id, "Settled");
        await SendAsync(HttpMethod.Delete, $"/api/jobs/{id}", HttpStatusCode.OK);
        return id;
    }

    /// <summary>A job with a file and a log, that has ended.</summary>
    private async Task<Guid> EndedAsync(string? key = null)
    {
        var id = await SubmitAsync(key);
        await Host.WaitForAsync(id, "running");
        using var log = await Host.PostLogAsync(id, 0, Encoding.UTF8.GetBytes("a line\n."), complete: true);
        log.EnsureSuccessStatusCode();
        await Cluster.ExitAsync(id);
        await Host.WaitForAsync(id, "succeeded");
        return id;
    }

    private async Task<Guid> SubmitAsync(string? key)
    {
        var answer = await SendAsync(
            HttpMethod.Post,
            "/api/jobs",
            HttpStatusCode.Created,
            new
            {
                name = "digits",
                project = "demo/digits",
                command = new[] { "python3", "train.py" },
                files = new Dictionary<string, string> { ["train.py"] = "print(1)" },
            },
            key
        );
        return answer["id"]!.GetValue<Guid>();
    }

    private async Task<JsonNode> PurgeAsync(Guid id, bool dryRun)
    {
        var answer = await SendAsync(
            HttpMethod.Post,
            "/api/jobs/purge",
            HttpStatusCode.OK,
            new { ids = new[] { $"{id}" }, dryRun }
        );
        Assert.Equal(dryRun, answer["dryRun"]!.GetValue<bool>());
        return answer["items"]![0]!;
    }

    private async Task<JsonNode> SendAsync(
        HttpMethod method,
        string path,
        HttpStatusCode expected,
        object? body = null,
        string? key = null
    )
    {
        using var request = new HttpRequestMessage(method, path);
        request.Content = body is null ? null : JsonContent.Create(body);
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        using var response = await Host.Http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == expected, $"{method} {path} answered {response.StatusCode}: {text}");
        return JsonNode.Parse(text)!;
    }

    private async Task<IReadOnlyList<Guid>> ListAsync(string query) =>
        [.. (await Host.GetAsync($"/api/jobs{query}"))["items"]!.AsArray().Select(job => job!["id"]!.GetValue<Guid>())];

    private async Task<long> RowsAsync(Guid id)
    {
        string[] tables =
        [
            "job_summary",
            "job_spec",
            "job_file",
            "job_submission",
            "log_state",
            "log_chunk",
            "purged_job",
        ];
        await using var command = Host.Store.DataSource.CreateCommand(
            $"select {string.Join(" + ", tables.Select(table => $"(select count(*) from {table} where job_id = $1)"))}"
        );
        command.Parameters.Add(new() { Value = id });
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
