using System.Net;
using System.Text.Json.Nodes;

namespace Platform.Tracking.Tests.Browsing;

[Trait("suite", "integration")]
public sealed class Listing_runs(TrackingHost host) : IClassFixture<TrackingHost>
{
    [Theory]
    [Trait("check", "RUN-12")]
    [InlineData("createdAt")]
    [InlineData("-createdAt")]
    [InlineData("updatedAt")]
    [InlineData("-updatedAt")]
    [InlineData("name")]
    [InlineData("-name")]
    [InlineData("project")]
    [InlineData("status")]
    [InlineData("-status")]
    public async Task pages_through_all_of_them_once_in_order(string sort)
    {
        var project = $"pages/{Guid.CreateVersion7():N}";
        var created = new List<string>();
        for (var i = 0; i < 23; i++)
        {
            // Few different names and statuses, so that pages also divide equal keys.
            var run = await host.SendAsync(
                HttpMethod.Post,
                "/api/runs",
                new { project, name = $"name {i % 3}" },
                HttpStatusCode.Created
            );
            var id = run["id"]!.GetValue<string>();
            created.Add(id);
            if (i % 4 == 0)
            {
                await host.SendAsync(HttpMethod.Post, $"/api/runs/{id}/finish", "{}", HttpStatusCode.OK);
            }
        }

        var rows = new List<JsonNode>();
        string? cursor = null;
        do
        {
            var page = await host.GetAsync(
                $"/api/runs?project={project}&sort={sort}&limit=5{(cursor is null ? "" : $"&cursor={cursor}")}"
            );
            Assert.Equal(23, page["total"]!.GetValue<int>());
            Assert.InRange(page["items"]!.AsArray().Count, 1, 5);
            rows.AddRange(page["items"]!.AsArray().Select(item => item!.DeepClone()));
            cursor = page["nextCursor"]?.GetValue<string>();
        } while (cursor is not null);

        Assert.Equal(created.Order(), rows.Select(row => row["id"]!.GetValue<string>()).Order());
        var part = await host.GetAsync($"/api/runs?project={project}&sort={sort}&limit=5&offset=20");
        Assert.Equal(
            rows.Skip(20).Select(row => row["id"]!.ToString()),
            part["items"]!.AsArray().Select(row => row!["id"]!.ToString())
        );
        var keys = rows.Select(row => row[sort.TrimStart('-')]!.ToString()).ToList();
        var expected = sort.StartsWith('-')
            ? keys.OrderDescending(StringComparer.Ordinal)
            : keys.Order(StringComparer.Ordinal);
        Assert.Equal(expected, keys);
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("loss")]
    [InlineData("attributes.colour")]
    public async Task says_what_runs_can_be_sorted_by(string sort)
    {
        var answer = await host.GetAsync($"/api/runs?sort={sort}", HttpStatusCode.BadRequest);

        var problem = answer["errors"]!["sort"]![0]!.GetValue<string>();
        Assert.Contains("createdAt", problem, StringComparison.Ordinal);
        Assert.Contains("metrics.<key>, params.<key>", problem, StringComparison.Ordinal);
    }

    [Theory]
    [Trait("check", "RUN-12")]
    [InlineData("sort=nothing")]
    [InlineData("sort=")]
    [InlineData("sort=created_at")]
    [InlineData("sort=name;drop table run")]
    [InlineData("sort=(select 1)")]
    [InlineData("limit=0")]
    [InlineData("limit=-1")]
    [InlineData("limit=2001")]
    [InlineData("limit=many")]
    [InlineData("cursor=x")]
    [InlineData("cursor=")]
    [InlineData("cursor=WyJhIl0")]
    [InlineData("offset=-1")]
    [InlineData("offset=x")]
    [InlineData("offset=1&cursor=x")]
    [InlineData("status=done")]
    [InlineData("status=")]
    [InlineData("project=..")]
    [InlineData("project=a%00")]
    [InlineData("tag=")]
    [InlineData("tag==x")]
    [InlineData("tag=a%00=b")]
    [InlineData("search=%00")]
    [InlineData("jobId=7")]
    [InlineData("exact=perhaps")]
    public async Task refuses_invalid_queries(string query) =>
        await host.GetAsync($"/api/runs?{query}", HttpStatusCode.BadRequest);

    [Fact]
    [Trait("check", "RUN-12")]
    public async Task refuses_a_cursor_of_another_sort_order_or_with_invalid_contents()
    {
        await host.CreateRunAsync("cursors");
        await host.CreateRunAsync("cursors");
        var page = await host.GetAsync("/api/runs?project=cursors&limit=1&sort=name");

        await host.GetAsync($"/api/runs?sort=-name&cursor={page["nextCursor"]}", HttpStatusCode.BadRequest);
        foreach (
            var parts in new[]
            {
                """["-createdAt","yesterday","x"]""",
                """["-createdAt","2026-01-01","x"]""",
                """["-createdAt","2026-01-01T00:00:00.0000000","x"]""",
                """["-createdAt",null,"x"]""",
                """["name","a\u0000","x"]""",
                """{"a":1}""",
            }
        )
        {
            var cursor = Convert
                .ToBase64String(System.Text.Encoding.UTF8.GetBytes(parts))
                .TrimEnd('=')
                .Replace('+', '-')
                .Replace('/', '_');
            var sort = parts.Contains("name") ? "name" : "-createdAt";
            await host.GetAsync($"/api/runs?sort={sort}&cursor={cursor}", HttpStatusCode.BadRequest);
        }
    }

    [Fact]
    public async Task finds_by_project_status_tag_and_text()
    {
        var root = $"find{Guid.CreateVersion7():N}";
        var cat = await CreateAsync($"{root}/cv", "50%_cat", """{"team":"vision","draft":""}""");
        var dog = await CreateAsync($"{root}/cv/yolo", "Dog", """{"team":"vision"}""");
        var word = await CreateAsync($"{root}/nlp", "word", """{"team":"text","a=b":"c"}""");
        var other = await CreateAsync($"{root}x/cv", "other", "{}");
        await host.SendAsync(HttpMethod.Post, $"/api/runs/{dog}/finish", "{}", HttpStatusCode.OK);

        await ExpectAsync($"project={root}", cat, dog, word);
        await ExpectAsync($"project={root}/cv", cat, dog);
        await ExpectAsync($"project={root}/cv&exact=true", cat);
        await ExpectAsync($"project={root}x", other);
        await ExpectAsync($"project={root}&status=finished", dog);
        await ExpectAsync($"project={root}&tag=team=vision", cat, dog);
        await ExpectAsync($"project={root}&tag=team=vision&tag=draft", cat);
        await ExpectAsync($"project={root}&tag=draft=", cat);
        await ExpectAsync($"project={root}&tag=team='%20or%201=1");
        await ExpectAsync($"project={root}&search=dO", dog);
        await ExpectAsync($"project={root}&search=%25_", cat);
        await ExpectAsync($"project={root}&search=%25%25");
        await ExpectAsync($"project={root}&search=%F0%9F%98%80");
        await ExpectAsync($"project={root}&search={word[^12..].ToUpperInvariant()}", word);
        await ExpectAsync($"project={root}&search=' or '1'='1");
    }

    [Theory]
    [InlineData("Größe ÄÖ", "GRÖ", "äö")]
    [InlineData("Привет", "ПРИВЕТ", "вет")]
    [InlineData("ΛΟΓΟΙ", "λογοι", "ΓΟΙ")]
    [InlineData("ΣΊΣΥΦΟΣ", "σίσυφος", "ΦΟΣ")]
    [InlineData("σίσυφος", "ΣΊΣΥΦΟΣ", "σίσυφος", "σίσυφοσ")]
    [InlineData("İstanbul", "istanbul", "i\u0307stan", "İST")]
    public async Task finds_a_text_in_any_case_in_any_alphabet(string name, params string[] searches)
    {
        var project = $"case/{Guid.CreateVersion7():N}";
        var run = await CreateAsync(project, "other", "{}");
        await host.SendAsync(HttpMethod.Patch, $"/api/runs/{run}", $$"""{"name":"{{name}}"}""", HttpStatusCode.OK);

        foreach (var search in searches)
        {
            await ExpectAsync($"project={project}&search={Uri.EscapeDataString(search)}", run);
        }

        await ExpectAsync($"project={project}&search=other");
    }

    [Fact]
    public async Task shows_the_best_value_of_the_primary_metric()
    {
        var project = $"best/{Guid.CreateVersion7():N}";
        var id = await host.CreateRunAsync(project);
        await host.SendAsync(
            HttpMethod.Patch,
            $"/api/runs/{id}",
            new { primaryMetric = new { name = "accuracy", mode = "max" } },
            HttpStatusCode.OK
        );
        await host.LogAsync(
            id,
            new
            {
                key = "accuracy",
                step = 1,
                value = 0.9,
            },
            new
            {
                key = "accuracy",
                step = 2,
                value = 0.8,
            }
        );

        var item = (await host.GetAsync($"/api/runs?project={project}"))["items"]![0]!;

        Assert.Equal(
            """{"name":"accuracy","mode":"max","value":0.9,"step":1}""",
            item["primaryMetric"]!.ToJsonString()
        );
    }

    private async Task<string> CreateAsync(string project, string name, string tags)
    {
        var run = await host.SendAsync(
            HttpMethod.Post,
            "/api/runs",
            $$"""{"project":"{{project}}","name":"{{name}}","tags":{{tags}}}""",
            HttpStatusCode.Created
        );
        return run["id"]!.GetValue<string>();
    }

    private async Task ExpectAsync(string query, params string[] expected)
    {
        var page = await host.GetAsync($"/api/runs?{query}&sort=createdAt");
        var ids = page["items"]!.AsArray().Select(item => item!["id"]!.GetValue<string>()).ToArray();
        Assert.Equal(expected, ids);
        Assert.Equal(expected.Length, page["total"]!.GetValue<int>());
    }
}
