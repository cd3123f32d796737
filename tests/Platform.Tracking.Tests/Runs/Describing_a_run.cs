using System.Net;
using System.Text.Json.Nodes;

namespace Platform.Tracking.Tests.Runs;

[Trait("suite", "integration")]
public sealed class Describing_a_run(TrackingHost host) : IClassFixture<TrackingHost>
{
    [Fact]
    public async Task keeps_alias_group_notes_and_environment()
    {
        var id = await host.CreateRunAsync();
        await PatchAsync(
            id,
            """{"alias":"best so far","group":"sweep 7","notes":"# Findings\n\nlr too high","environment":{"python":"3.13.1","gpus":[]}}"""
        );
        await PatchAsync(id, """{"alias":""}""");

        var run = await host.GetAsync($"/api/runs/{id}");
        Assert.Equal("", run["alias"]!.GetValue<string>());
        Assert.Equal("sweep 7", run["group"]!.GetValue<string>());
        Assert.Equal("# Findings\n\nlr too high", run["notes"]!.GetValue<string>());
        Assert.Equal("3.13.1", run["environment"]!["python"]!.GetValue<string>());
        var listed = await host.GetAsync("/api/runs?group=sweep%207");
        Assert.Equal(id, Assert.Single(listed["items"]!.AsArray())!["id"]!.GetValue<string>());
        Assert.Null(listed["items"]![0]!["environment"]);
    }

    [Fact]
    public async Task the_same_again_keeps_the_version()
    {
        var id = await host.CreateRunAsync();
        const string Change = """{"notes":"n","environment":{"a":1}}""";
        var first = await PatchAsync(id, Change);
        var second = await PatchAsync(id, Change);
        Assert.Equal(first["version"]!.GetValue<long>(), second["version"]!.GetValue<long>());
    }

    [Fact]
    public async Task writes_large_and_small_numbers_in_their_shortest_form()
    {
        var id = await host.CreateRunAsync();
        var changed = await PatchAsync(
            id,
            """{"parameters":{"big":1e300,"small":2.5e-12},"summary":{"low":-1e-300},"environment":{"limits":[1e25]}}"""
        );
        var again = await PatchAsync(id, """{"parameters":{"big":1E+300}}""");

        var text = await host.Http.GetStringAsync($"/api/runs/{id}");
        foreach (var number in new[] { "1e+300", "2.5e-12", "-1e-300", "1e+25" })
        {
            Assert.Contains(number, text, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("0000000000", text, StringComparison.Ordinal);
        Assert.Equal(changed["version"]!.GetValue<long>(), again["version"]!.GetValue<long>());
        foreach (var value in new[] { "1e300", "'1e300'", "'1e+300'" })
        {
            var found = await host.GetAsync($"/api/runs?filter={Uri.EscapeDataString($"params.big = {value}")}");
            Assert.Equal(id, Assert.Single(found["items"]!.AsArray())!["id"]!.GetValue<string>());
        }

        var report = await host.Http.GetStringAsync($"/api/runs/{id}/export?format=markdown");
        Assert.Contains("1e+300", report, StringComparison.Ordinal);
    }

    [Fact]
    public async Task shows_what_could_not_be_stored()
    {
        var id = await host.CreateRunAsync();
        Assert.Null((await host.GetAsync($"/api/runs/{id}"))["losses"]);

        await PatchAsync(id, """{"losses":{"reporter":"one","refused":1,"notices":["lr is not stored: no number"]}}""");
        var first = await PatchAsync(
            id,
            """{"losses":{"reporter":"one","refused":3,"cut":1,"notices":["lr is not stored: no number","b is cut"]}}"""
        );
        // Each process tells all that it has lost, also once more.
        var again = await PatchAsync(
            id,
            """{"losses":{"reporter":"one","refused":3,"cut":1,"notices":["lr is not stored: no number","b is cut"]}}"""
        );
        await PatchAsync(id, """{"losses":{"reporter":"two","refused":2,"notices":["lr is not stored: no number"]}}""");

        const string Expected = """{"refused":5,"cut":1,"notices":["b is cut","lr is not stored: no number"]}""";
        Assert.Equal(first["version"]!.GetValue<long>(), again["version"]!.GetValue<long>());
        Assert.Equal(Expected, (await host.GetAsync($"/api/runs/{id}"))["losses"]!.ToJsonString());
        var listed = await host.GetAsync($"/api/runs?search={id}");
        Assert.Equal(Expected, listed["items"]![0]!["losses"]!.ToJsonString());
        Assert.True(await host.Store.RebuildAsync("run:v1") > 0);
        Assert.Equal(Expected, (await host.GetAsync($"/api/runs/{id}"))["losses"]!.ToJsonString());
    }

    [Theory]
    [InlineData("""{"losses":{"refused":1}}""")]
    [InlineData("""{"losses":{"reporter":"","refused":1}}""")]
    [InlineData("""{"losses":{"reporter":"a","refused":-1}}""")]
    [InlineData("""{"losses":{"reporter":"a","cut":1e20}}""")]
    [InlineData("""{"losses":{"reporter":"a","notices":["two\nlines"]}}""")]
    [InlineData("""{"losses":{"reporter":"a","notices":[null]}}""")]
    [InlineData("""{"losses":{"reporter":"a","notices":null}}""")]
    public async Task with_losses_that_are_none_answers_400(string body)
    {
        var id = await host.CreateRunAsync();
        await host.SendAsync(HttpMethod.Patch, $"/api/runs/{id}", body, HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task refuses_a_parent_that_is_a_part_of_the_run()
    {
        var (above, below) = ($"above-{Guid.CreateVersion7():N}", $"below-{Guid.CreateVersion7():N}");
        // The run above it may be created later.
        await host.SendAsync(
            HttpMethod.Put,
            $"/api/runs/{below}",
            new { project = "demo", parentId = above },
            HttpStatusCode.Created
        );

        var answer = await host.SendAsync(
            HttpMethod.Put,
            $"/api/runs/{above}",
            new { project = "demo", parentId = below },
            HttpStatusCode.BadRequest
        );

        Assert.Equal("run.own-parent", answer["errorCodes"]!["parentId"]![0]!["code"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("""{"alias":"two\nlines"}""")]
    [InlineData("""{"group":5}""")]
    [InlineData("""{"notes":"\u0000"}""")]
    [InlineData("""{"environment":"linux"}""")]
    [InlineData("""{"environment":[1]}""")]
    [InlineData("""{"environment":{"a":1e999}}""")]
    public async Task with_what_cannot_be_stored_answers_400(string body)
    {
        var id = await host.CreateRunAsync();
        await host.SendAsync(HttpMethod.Patch, $"/api/runs/{id}", body, HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task finds_the_parts_of_a_run()
    {
        var parent = await host.CreateRunAsync();
        var child = await host.SendAsync(
            HttpMethod.Post,
            "/api/runs",
            new { project = "demo", parentId = parent.ToUpperInvariant() },
            HttpStatusCode.Created
        );

        var parts = await host.GetAsync($"/api/runs?parentId={parent}");

        Assert.Equal(parent, child["parentId"]!.GetValue<string>());
        Assert.Equal(
            child["id"]!.GetValue<string>(),
            Assert.Single(parts["items"]!.AsArray())!["id"]!.GetValue<string>()
        );
    }

    [Theory]
    [InlineData("""{"project":"p","parentId":"no id!"}""")]
    [InlineData("""{"project":"p","id":"self","parentId":"self"}""")]
    [InlineData("""{"project":"p","startedAt":"yesterday"}""")]
    public Task as_a_part_of_none_answers_400(string body) =>
        host.SendAsync(HttpMethod.Post, "/api/runs", body, HttpStatusCode.BadRequest);

    [Fact]
    public async Task by_its_end_keeps_the_time_and_the_word_of_the_training()
    {
        var start = TimeProvider.System.GetUtcNow().AddHours(-2);
        var created = await host.SendAsync(
            HttpMethod.Post,
            "/api/runs",
            new { project = "demo", startedAt = start },
            HttpStatusCode.Created
        );
        var id = created["id"]!.GetValue<string>();

        var ended = await host.SendAsync(
            HttpMethod.Post,
            $"/api/runs/{id}/finish",
            new
            {
                status = "failed",
                reason = "crashed",
                endedAt = start.AddHours(1),
            },
            HttpStatusCode.OK
        );

        Assert.Equal("crashed", ended["endReason"]!.GetValue<string>());
        var duration = ended["endedAt"]!.GetValue<DateTimeOffset>() - ended["startedAt"]!.GetValue<DateTimeOffset>();
        Assert.Equal(TimeSpan.FromHours(1), duration);
    }

    private Task<JsonNode> PatchAsync(string id, string body) =>
        host.SendAsync(HttpMethod.Patch, $"/api/runs/{id}", body, HttpStatusCode.OK);
}
