using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Platform.Jobs.Tests.Integration;

[Trait("suite", "integration")]
public sealed class Searching_logs(JobsFixture fixture) : IClassFixture<JobsFixture>
{
    private readonly JobsHost _host = fixture.Host;

    [Fact]
    public async Task shows_where_a_line_is()
    {
        var id = await RunningAsync("search/here");
        await AppendAsync(id, 0, "first\nthe \u001b[31mLoss\u001b[0m is NaN\nlast");

        var item = Assert.Single(await ItemsAsync("q=nan%20loss&project=search/here"));

        Assert.Equal(id, item["jobId"]!.GetValue<Guid>());
        Assert.Equal("digits", item["jobName"]!.GetValue<string>());
        Assert.Equal("search/here", item["project"]!.GetValue<string>());
        Assert.Equal((1, 0, 2, 6), (Int(item, "attempt"), Int(item, "rank"), Int(item, "line"), Int(item, "offset")));
        Assert.Equal("the Loss is NaN", item["text"]!.GetValue<string>());
        Assert.False(item["isCut"]!.GetValue<bool>());
        Assert.Equal(
            [(4, 4), (12, 3)],
            item["matches"]!.AsArray().Select(match => (Int(match!, "start"), Int(match!, "length")))
        );
        Assert.InRange(
            item["at"]!.GetValue<DateTimeOffset>(),
            TimeProvider.System.GetUtcNow().AddMinutes(-5),
            TimeProvider.System.GetUtcNow().AddMinutes(5)
        );
    }

    [Fact]
    public async Task shows_the_part_of_a_long_line_around_the_match()
    {
        var id = await RunningAsync("search/long");
        await AppendAsync(id, 0, new string('a', 5000) + "needle" + new string('b', 5000) + "\n");

        var item = Assert.Single(await ItemsAsync("q=needle&project=search/long"));

        var text = item["text"]!.GetValue<string>();
        var match = Assert.Single(item["matches"]!.AsArray())!;
        Assert.True(item["isCut"]!.GetValue<bool>());
        Assert.Equal(1000, text.Length);
        Assert.Equal("needle", text.Substring(Int(match, "start"), Int(match, "length")));
        Assert.Equal(1, Int(item, "line"));
    }

    [Fact]
    public async Task goes_on_by_its_cursor_from_the_newest_line_to_the_oldest()
    {
        var (one, two) = (await RunningAsync("search/pages"), await RunningAsync("search/pages"));
        await AppendAsync(one, 0, "needle 1\nneedle 2\n");
        await AppendAsync(two, 0, "needle 3\n");
        await AppendAsync(one, 18, "needle 4\nneedle 5\n");

        var (texts, cursor) = (new List<string>(), (string?)null);
        do
        {
            var page = await _host.GetAsync(
                $"/api/logs/search?q=needle&project=search/pages&limit=2{(cursor is null ? "" : $"&cursor={cursor}")}"
            );
            texts.AddRange(page["items"]!.AsArray().Select(item => item!["text"]!.GetValue<string>()));
            Assert.True(page["isComplete"]!.GetValue<bool>());
            cursor = page["nextCursor"]?.GetValue<string>();
            Assert.Equal(cursor is null, page["searchedTo"] is null);
        } while (cursor is not null);

        Assert.Equal(["needle 5", "needle 4", "needle 3", "needle 2", "needle 1"], texts);
    }

    [Fact]
    public async Task finds_lines_of_each_attempt_and_of_each_piece_of_a_character()
    {
        var id = await RunningAsync("search/attempts");
        var bytes = Encoding.UTF8.GetBytes("训练错误\n");
        using var first = await _host.PostLogAsync(id, 0, bytes[..7]);
        using var second = await _host.PostLogAsync(id, 7, bytes[7..]);
        await _host.Cluster.PublishAsync(TestCluster.Lost(id, 1));
        await _host.WaitForAsync(id, "running", attempt: 2);
        using var third = await _host.PostLogAsync(id, 0, "又一个错误，没有换行"u8.ToArray(), attempt: 2);

        var items = await ItemsAsync("q=%E9%94%99%E8%AF%AF&project=search/attempts");

        Assert.Equal(
            [(2, "又一个错误，没有换行"), (1, "训练错误")],
            items.Select(item => (Int(item, "attempt"), item["text"]!.GetValue<string>()))
        );
    }

    [Fact]
    public async Task finds_lines_of_a_project_a_job_or_a_time_only()
    {
        var one = await RunningAsync("search/filter/a");
        var two = await RunningAsync("search/filter/b");
        var other = await RunningAsync("search/filters");
        foreach (var id in new[] { one, two, other })
        {
            await AppendAsync(id, 0, "filtered needle\n");
        }

        Assert.Equal(2, (await ItemsAsync("q=filtered&project=search/filter")).Count);
        Assert.Equal(two, Assert.Single(await ItemsAsync($"q=filtered&job={two}"))["jobId"]!.GetValue<Guid>());
        Assert.Equal(3, (await ItemsAsync("q=filtered&from=2020-01-01&to=2999-12-31T23:59:59.5%2B08:00")).Count);
        Assert.Empty(await ItemsAsync("q=filtered&to=2020-01-01T00:00Z"));
        Assert.Empty(await ItemsAsync("q=filtered&from=2999-01-01"));
        Assert.Empty(await ItemsAsync($"q=filtered&job={Guid.CreateVersion7()}"));
    }

    [Fact]
    public async Task shows_no_lines_of_deleted_jobs()
    {
        var id = await RunningAsync("search/deleted");
        await AppendAsync(id, 0, "needle\n");
        await _host.Cluster.ExitAsync(id);
        await _host.WaitForAsync(id, "succeeded");
        Assert.Single(await ItemsAsync("q=needle&project=search/deleted"));

        using var deleted = await _host.Http.DeleteAsync($"/api/jobs/{id}");
        Assert.True(deleted.IsSuccessStatusCode);
        Assert.Empty(await ItemsAsync("q=needle&project=search/deleted"));

        using var restored = await _host.Http.PostAsync($"/api/jobs/{id}/restore", null);
        Assert.True(restored.IsSuccessStatusCode);
        Assert.Single(await ItemsAsync("q=needle&project=search/deleted"));
    }

    [Theory]
    [InlineData("", "q")]
    [InlineData("q=", "q")]
    [InlineData("q=%20", "q")]
    [InlineData("q=%22%22", "q")]
    [InlineData("q=%22open", "q")]
    [InlineData("q=a%00b", "q")]
    [InlineData("q=a&q=b", "q")]
    [InlineData("q=a%20b%20c%20d%20e%20f%20g%20h%20i%20j%20k", "q")]
    [InlineData("q=x&project=a'%20or%201=1--", "project")]
    [InlineData("q=x&project=../a", "project")]
    [InlineData("q=x&job=1", "job")]
    [InlineData("q=x&from=yesterday", "from")]
    [InlineData("q=x&from=2026-02-30", "from")]
    [InlineData("q=x&to=12", "to")]
    [InlineData("q=x&from=2026-01-02&to=2026-01-02", "to")]
    [InlineData("q=x&limit=0", "limit")]
    [InlineData("q=x&limit=201", "limit")]
    [InlineData("q=x&limit=-1", "limit")]
    [InlineData("q=x&limit=ten", "limit")]
    [InlineData("q=x&cursor=x", "cursor")]
    [InlineData("q=x&cursor=WyJhIl0", "cursor")]
    [InlineData("q=x&stream=stderr", "stream")]
    [InlineData("q=x&sort=at", "sort")]
    public async Task refuses_what_it_does_not_understand(string query, string field)
    {
        using var answer = await _host.Http.GetAsync($"/api/logs/search?{query}");
        var problem = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal([field], problem["errors"]!.AsObject().Select(error => error.Key));
    }

    [Theory]
    [InlineData("%25", "%")]
    [InlineData("_", "_")]
    [InlineData("%27%20or%201=1--", "' or 1=1--")]
    [InlineData(".*", ".*")]
    [InlineData("$1", "$1")]
    [InlineData("%5C%22", "\"")]
    [InlineData("%5C", "\\")]
    [InlineData("%F0%9F%99%82", "🙂")]
    public async Task takes_signs_for_themselves(string query, string line)
    {
        var project = $"search/signs/{Convert.ToHexString(Encoding.UTF8.GetBytes(line))}";
        var id = await RunningAsync(project);
        await AppendAsync(id, 0, $"plain text\n[{line}]\n");

        Assert.Equal(2, Int(Assert.Single(await ItemsAsync($"q={query}&project={project}")), "line"));
    }

    [Fact]
    public async Task refuses_a_cursor_of_another_search_and_a_long_query()
    {
        var id = await RunningAsync("search/cursor");
        await AppendAsync(id, 0, "needle\nneedle\n");
        var page = await _host.GetAsync("/api/logs/search?q=needle&project=search/cursor&limit=1");
        using var other = await _host.Http.GetAsync($"/api/logs/search?q=other&limit=1&cursor={page["nextCursor"]}");
        using var tooLong = await _host.Http.GetAsync($"/api/logs/search?q={new string('x', 201)}");

        Assert.Equal(HttpStatusCode.BadRequest, other.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, tooLong.StatusCode);
        using var far = await _host.Http.GetAsync($"/api/logs/search?q={new string('x', 60_000)}");
        Assert.Equal(HttpStatusCode.BadRequest, far.StatusCode);
    }

    private async Task<Guid> RunningAsync(string project)
    {
        var id = await _host.SubmitAsync(JobsHost.Job(project: project));
        await _host.WaitForAsync(id, "running");
        return id;
    }

    private async Task AppendAsync(Guid id, long offset, string text)
    {
        using var answer = await _host.PostLogAsync(id, offset, Encoding.UTF8.GetBytes(text));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private async Task<List<JsonNode>> ItemsAsync(string query) =>
        [.. (await _host.GetAsync($"/api/logs/search?{query}"))["items"]!.AsArray().Select(item => item!)];

    private static int Int(JsonNode node, string name) => node[name]!.GetValue<int>();
}
