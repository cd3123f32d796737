using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Platform.ServiceDefaults;

namespace Platform.Jobs.Tests.Integration;

/// <summary>A set of different jobs; answers are compared with a computation in memory.</summary>
public sealed class ListedJobs : IAsyncLifetime
{
    private TestDatabase _database = null!;

    internal JobsHost Host { get; private set; } = null!;

    internal List<(Guid Id, string Name, string Project, string Status, int Priority)> Jobs { get; } = [];

    public async Task InitializeAsync()
    {
        _database = await TestDatabase.CreateMigratedAsync("jobs", new JobsModule().Add);
        Host = await JobsHost.StartAsync(_database);
        Host.Cluster.OnRequest = _ => null;
        string[] projects = ["demo", "demo/digits", "demo/digits/small", "demonstration", "other"];
        string[] names = ["digits", "Digits 100%", "mnist_a", "mnistXa"];
        for (var i = 0; i < 60; i++)
        {
            var (name, project, priority) = ($"{names[i % 4]}", projects[i % 5], i % 7);
            var id = await Host.SubmitAsync(
                new
                {
                    name,
                    project,
                    priority,
                    command = new[] { "sh" },
                }
            );
            var status = i % 3 == 0 ? "cancelled" : "pending";
            if (status == "cancelled")
            {
                using var cancel = await Host.Http.PostAsync($"/api/jobs/{id}/cancel", null);
                cancel.EnsureSuccessStatusCode();
            }

            Jobs.Add((id, name, project, status, priority));
        }
    }

    public async Task DisposeAsync()
    {
        await Host.DisposeAsync();
        await _database.DisposeAsync();
    }
}

[Trait("suite", "integration")]
[Trait("check", "RUN-12")]
public sealed class Listing_jobs(ListedJobs jobs) : IClassFixture<ListedJobs>
{
    private readonly JobsHost _host = jobs.Host;

    [Fact]
    public async Task shows_the_newest_first()
    {
        var page = await _host.GetAsync("/api/jobs");

        Assert.Equal(jobs.Jobs.Select(job => job.Id).Reverse().Take(50), Ids(page));
        Assert.Equal(60, page["total"]!.GetValue<int>());
    }

    [Theory]
    [InlineData("attempt", "99999999999")]
    [InlineData("attempt", "")]
    [InlineData("rank", "x")]
    [InlineData("follow", "maybe")]
    public async Task names_a_parameter_that_cannot_be_read(string parameter, string value)
    {
        using var answer = await _host.Http.GetAsync($"/api/jobs/{jobs.Jobs[0].Id}/logs?{parameter}={value}");

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var problem = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        Assert.StartsWith(
            $"The parameter '{parameter}' is ",
            problem["detail"]!.GetValue<string>(),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("status=pending")]
    [InlineData("status=pending,cancelled&project=demo")]
    [InlineData("project=demo")]
    [InlineData("project=demo/digits&status=cancelled")]
    [InlineData("search=DIG")]
    [InlineData("search=100%25")]
    [InlineData("search=mnist_")]
    [InlineData("search=%5C")]
    [InlineData("search=%27;drop table job_summary;--")]
    [InlineData("project=demo&search=mnist&status=pending")]
    public async Task matches_a_computation_in_memory_page_by_page(string query)
    {
        var parameters = query
            .Split('&')
            .Select(part => part.Split('=', 2))
            .ToDictionary(p => p[0], p => Uri.UnescapeDataString(p[1]));
        var expected = jobs
            .Jobs.Where(job => parameters.GetValueOrDefault("status")?.Split(',').Contains(job.Status) != false)
            .Where(job =>
                parameters.GetValueOrDefault("project") is not { } project
                || job.Project == project
                || job.Project.StartsWith($"{project}/", StringComparison.Ordinal)
            )
            .Where(job =>
                parameters.GetValueOrDefault("search") is not { } search
                || job.Name.Contains(search, StringComparison.OrdinalIgnoreCase)
            )
            .Select(job => job.Id)
            .Reverse()
            .ToList();

        Assert.Equal(expected, await AllAsync(query, limit: 7, expected.Count));
    }

    [Theory]
    [InlineData("name")]
    [InlineData("-name")]
    [InlineData("priority")]
    [InlineData("-priority")]
    [InlineData("submittedAt")]
    [InlineData("-submittedAt")]
    [InlineData("endedAt")]
    [InlineData("-endedAt")]
    [InlineData("startedAt")]
    public async Task sorts_without_losing_or_repeating_a_job_between_pages(string sort)
    {
        var ids = await AllAsync($"sort={sort}", limit: 9, total: 60);

        Assert.Equal(60, ids.Distinct().Count());
        var sorted = ids.Select(id => jobs.Jobs.Single(job => job.Id == id)).ToList();
        var expected = sort switch
        {
            "name" => sorted.OrderBy(job => job.Name, StringComparer.Ordinal).ThenBy(job => job.Id),
            "-name" => sorted
                .OrderByDescending(job => job.Name, StringComparer.Ordinal)
                .ThenByDescending(job => job.Id),
            "priority" => sorted.OrderBy(job => job.Priority).ThenBy(job => job.Id),
            "-priority" => sorted.OrderByDescending(job => job.Priority).ThenByDescending(job => job.Id),
            "submittedAt" => sorted.OrderBy(job => jobs.Jobs.IndexOf(job)),
            "-submittedAt" => sorted.OrderByDescending(job => jobs.Jobs.IndexOf(job)),
            "endedAt" => sorted.OrderBy(job => job.Status == "pending"),
            "-endedAt" => sorted.OrderBy(job => job.Status == "cancelled"),
            _ => sorted.OrderBy(job => job.Id),
        };
        Assert.Equal(expected.Select(job => job.Id), ids);
    }

    [Fact]
    public async Task finds_a_job_by_the_beginning_or_the_end_of_its_id()
    {
        var wanted = jobs.Jobs[17].Id;
        // Ids begin with the time: these digits change every few hours, perhaps while the jobs are submitted.
        var beginning = wanted.ToString()[..6];
        var alike = jobs.Jobs.Count(job => job.Id.ToString().StartsWith(beginning, StringComparison.Ordinal));

        Assert.Equal([wanted], Ids(await _host.GetAsync($"/api/jobs?search={wanted}")));
        Assert.Contains(wanted, await AllAsync($"search={beginning}", limit: 200, total: alike));
        // As the web app and tables show it.
        Assert.Equal([wanted], Ids(await _host.GetAsync($"/api/jobs?search={wanted.ToString()[^8..]}")));
    }

    [Fact]
    public async Task finds_only_one_job_by_its_complete_id()
    {
        var wanted = jobs.Jobs[17].Id;
        await _host.SubmitAsync(JobsHost.Job($"again {wanted}", "another"));

        foreach (var id in new[] { wanted.ToString(), wanted.ToString().ToUpperInvariant() })
        {
            Assert.Equal([wanted], Ids(await _host.GetAsync($"/api/jobs?search={id}")));
        }

        Assert.Empty(Ids(await _host.GetAsync($"/api/jobs?search={Guid.CreateVersion7()}")));
        Assert.Empty(Ids(await _host.GetAsync($"/api/jobs?search={wanted}&project=no-such")));
        await RemoveAsync("another");
    }

    [Fact]
    public async Task pages_consistently_while_jobs_are_added()
    {
        var first = await _host.GetAsync("/api/jobs?project=other&limit=5");
        await _host.SubmitAsync(JobsHost.Job("late", "another"));
        var second = await _host.GetAsync($"/api/jobs?project=other&limit=5&cursor={first["nextCursor"]}");

        Assert.Equal(
            jobs.Jobs.Where(job => job.Project == "other").Select(job => job.Id).Reverse().Take(10),
            [.. Ids(first), .. Ids(second)]
        );
        await RemoveAsync("another");
    }

    [Theory]
    [InlineData("offset=0&limit=9", 0, 9)]
    [InlineData("offset=53&limit=5", 53, 5)]
    [InlineData("offset=58&limit=5", 58, 2)]
    [InlineData("offset=60", 60, 0)]
    [InlineData("offset=2147483647", 60, 0)]
    public async Task starts_at_any_row(string query, int first, int count)
    {
        var page = await _host.GetAsync($"/api/jobs?{query}");

        Assert.Equal(jobs.Jobs.Select(job => job.Id).Reverse().Skip(first).Take(count), Ids(page));
        Assert.Equal(60, page["total"]!.GetValue<int>());
        Assert.Equal(first + count < 60, page["nextCursor"] is not null);
    }

    [Theory]
    [InlineData("limit=0")]
    [InlineData("limit=2001")]
    [InlineData("limit=")]
    [InlineData("limit=5&limit=6")]
    [InlineData("stauts=running")]
    [InlineData("submittedBy=")]
    [InlineData("parent=7")]
    [InlineData("total=about")]
    [InlineData("limit=-1")]
    [InlineData("limit=x")]
    [InlineData("status=happy")]
    [InlineData("status=pending,")]
    [InlineData("sort=secret")]
    [InlineData("sort=-")]
    [InlineData("sort=name;drop")]
    [InlineData("project=../x")]
    [InlineData("search=%00")]
    [InlineData("cursor=x")]
    [InlineData("cursor=WyJhIl0")]
    [InlineData("cursor=")]
    [InlineData("offset=-1")]
    [InlineData("offset=x")]
    [InlineData("offset=")]
    [InlineData("offset=2147483648")]
    [InlineData("offset=1&cursor=x")]
    public async Task refuses_an_invalid_query(string query)
    {
        using var response = await _host.Http.GetAsync($"/api/jobs?{query}");

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var problem = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.Contains(query.Split('=')[0], problem["errors"]!.AsObject().Select(error => error.Key));
    }

    [Theory]
    [InlineData("-submittedAt", "yesterday")]
    [InlineData("-submittedAt", "2026-01-01")]
    [InlineData("name", "a\0b")]
    [InlineData("priority", "high")]
    public async Task refuses_a_forged_cursor(string sort, string key)
    {
        var cursor = Cursor.Encode(sort, key, Guid.Empty.ToString());
        using var response = await _host.Http.GetAsync($"/api/jobs?sort={sort}&cursor={cursor}");

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Theory]
    [InlineData("sort=name")]
    [InlineData("sort=submittedAt")]
    [InlineData("status=pending")]
    public async Task refuses_the_cursor_of_another_query(string query)
    {
        var page = await _host.GetAsync("/api/jobs?limit=5");
        using var response = await _host.Http.GetAsync($"/api/jobs?{query}&cursor={page["nextCursor"]}");

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Theory]
    [InlineData("")]
    [InlineData("status=cancelled")]
    [InlineData("project=demo&status=pending,cancelled")]
    [InlineData("search=digits")]
    [InlineData("search=nothing-like-this")]
    public async Task counts_what_a_filter_matches(string query)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, $"/api/jobs?{query}");
        using var head = await _host.Http.SendAsync(request);

        var all = await AllAsync(query, limit: 200, int.Parse(head.Headers.GetValues("X-Total-Count").Single()));
        Assert.Equal(all.Count, all.Distinct().Count());
        Assert.Empty(await head.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task leaves_the_total_of_a_search_to_another_request_unless_the_page_ends_it()
    {
        Assert.Null((await _host.GetAsync("/api/jobs?search=digits&limit=5"))["total"]);
        Assert.Equal(0, (await _host.GetAsync("/api/jobs?search=no-such"))["total"]!.GetValue<int>());
        Assert.Equal(
            30,
            (await _host.GetAsync("/api/jobs?search=digits&limit=5&total=exact"))["total"]!.GetValue<int>()
        );
    }

    [Fact]
    public async Task finds_a_job_by_the_end_of_its_id_that_lists_show()
    {
        var wanted = jobs.Jobs[17].Id;

        Assert.Contains(wanted, Ids(await _host.GetAsync($"/api/jobs?search={wanted.ToString()[^8..]}")));
    }

    [Theory]
    [InlineData("{0}")]
    [InlineData("W/{0}")]
    [InlineData("\"other\", {0}")]
    [InlineData("*")]
    public async Task sends_a_page_once_while_it_stays_the_same(string known)
    {
        using var first = await _host.Http.GetAsync("/api/jobs?project=other&limit=3");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/jobs?project=other&limit=3");
        request.Headers.Add("If-None-Match", string.Format(CultureInfo.InvariantCulture, known, first.Headers.ETag));
        using var second = await _host.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
        Assert.Empty(await second.Content.ReadAsByteArrayAsync());
    }

    private async Task RemoveAsync(string project)
    {
        await using var command = _host.Store.DataSource.CreateCommand("delete from job_summary where project = $1");
        command.Parameters.Add(new() { Value = project });
        await command.ExecuteNonQueryAsync();
    }

    private async Task<List<Guid>> AllAsync(string query, int limit, int total)
    {
        var ids = new List<Guid>();
        string? cursor = null;
        do
        {
            var page = await _host.GetAsync(
                $"/api/jobs?{query}&total=exact&limit={limit}{(cursor is null ? "" : $"&cursor={cursor}")}"
            );
            Assert.Equal(total, page["total"]!.GetValue<int>());
            ids.AddRange(Ids(page));
            cursor = page["nextCursor"]?.GetValue<string>();
        } while (cursor is not null);
        return ids;
    }

    private static IEnumerable<Guid> Ids(JsonNode page) =>
        page["items"]!.AsArray().Select(job => job!["id"]!.GetValue<Guid>());
}
