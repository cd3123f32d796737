using System.Net;
using System.Text.Json.Nodes;

namespace Platform.Tracking.Tests.Filtering;

/// <summary>Five runs, whose names say what is found.</summary>
public sealed class SearchedRuns : IAsyncLifetime
{
    public TrackingHost Host { get; } = new();

    public string Project { get; } = "search";

    public async Task InitializeAsync()
    {
        await Host.InitializeAsync();
        await AddAsync(
            "a",
            new { lr = 0.1, optimizer = "adam" },
            new { owner = "anna", team = "it's" },
            loss: 0.5,
            end: "finished"
        );
        await AddAsync("b", new { lr = 0.01, optimizer = "Adam" }, new { owner = "bob" }, loss: 0.25, end: "failed");
        await AddAsync("c", new { lr = "0.001", optimizer = "sgd" }, new { owner = "anna" }, loss: "NaN", end: null);
        await AddAsync("d", new { lr = "auto" }, new { }, loss: "Infinity", end: "interrupted");
        await AddAsync(
            "e",
            new
            {
                nested = true,
                rate = 1e-05,
                word = @"a\ÜNÏ",
            },
            new { owner = "o\"hara" },
            loss: null,
            end: null
        );
    }

    public Task DisposeAsync() => Host.DisposeAsync();

    private async Task AddAsync(string name, object parameters, object tags, object? loss, string? end)
    {
        var run = await Host.SendAsync(
            HttpMethod.Post,
            "/api/runs",
            new
            {
                project = Project,
                name,
                parameters,
                tags,
            },
            HttpStatusCode.Created
        );
        var id = run["id"]!.GetValue<string>();
        if (loss is not null)
        {
            await Host.LogAsync(
                id,
                new
                {
                    key = "val/loss",
                    step = 1,
                    value = loss,
                }
            );
        }

        if (end is not null)
        {
            await Host.SendAsync(HttpMethod.Post, $"/api/runs/{id}/finish", new { status = end }, HttpStatusCode.OK);
        }
    }
}

[Trait("suite", "integration")]
public sealed class Searching_runs(SearchedRuns runs) : IClassFixture<SearchedRuns>
{
    [Theory]
    [InlineData("metrics.\"val/loss\" < 0.3", "b")]
    [InlineData("metrics.val/loss <= 0.5", "ab")]
    [InlineData("metric.`val/loss` > 0.3", "ad")]
    [InlineData("metrics.val/loss = NaN", "c")]
    [InlineData("metrics.val/loss = Infinity", "d")]
    [InlineData("metrics.val/loss != 0.5", "bcd")]
    [InlineData("metrics.val/loss < NaN", "")]
    [InlineData("metrics.val/loss between 0 and NaN", "")]
    [InlineData("metrics.val/loss not between 0 and 0.3", "acd")]
    [InlineData("params.optimizer not in ('adam')", "bc")]
    [InlineData("params.optimizer not like 'a%'", "bc")]
    [InlineData("not (params.optimizer in ('adam'))", "bcde")]
    [InlineData("params.rate = '1e-05'", "e")]
    [InlineData("params.rate in ('2', '1E-5')", "e")]
    [InlineData("params.rate = '0.00001'", "e")]
    [InlineData("params.word ilike '%\u00fcn\u00cf'", "e")]
    [InlineData(@"params.word like 'a\\'", "")]
    [InlineData(@"params.word like 'a\\%'", "")]
    [InlineData(@"params.word like 'a\\\\%'", "e")]
    [InlineData("metrics.val/loss is null", "e")]
    [InlineData("metrics.val/loss is not null", "abcd")]
    [InlineData("metrics.val/loss between .2 and .5", "ab")]
    [InlineData("params.lr = 0.1", "a")]
    [InlineData("params.lr = '0.1'", "a")]
    [InlineData("params.lr < 0.05", "bc")]
    [InlineData("params.lr = 0.001", "c")]
    [InlineData("params.lr = auto", "d")]
    [InlineData("params.nested = true", "e")]
    [InlineData("params.optimizer like 'a%'", "a")]
    [InlineData("params.optimizer ilike 'a%'", "ab")]
    [InlineData("params.optimizer not ilike 'a%' and params.optimizer is not null", "c")]
    [InlineData("params.optimizer != 'adam'", "bc")]
    [InlineData("not params.optimizer = 'adam'", "bcde")]
    [InlineData("tags.owner in ('anna', \"bob\")", "abc")]
    [InlineData("tags.owner NOT IN ('anna')", "be")]
    [InlineData("tags.team = 'it''s'", "a")]
    [InlineData("tags.team = 'it\\'s'", "a")]
    [InlineData("tags.owner = \"o\\\"hara\"", "e")]
    [InlineData("status = failed", "b")]
    [InlineData("status IN ('FINISHED', 'KILLED')", "ad")]
    [InlineData("attributes.status = 'RUNNING'", "ce")]
    [InlineData("status like 'bog%'", "")]
    [InlineData("status ilike 'F%'", "ab")]
    [InlineData("name = a or name = b and status = failed", "ab")]
    [InlineData("(name = a or name = b) and status = failed", "b")]
    [InlineData("run_name = 'a' AND tags.owner = 'anna'", "a")]
    [InlineData("started > 7d", "abcde")]
    [InlineData("started < 7d", "")]
    [InlineData("start_time > 0", "abcde")]
    [InlineData("created > '2020-01-31' and created > 2020-01-31T12:00:00Z", "abcde")]
    [InlineData("ended is null", "ce")]
    [InlineData("duration < 1h", "abcde")]
    [InlineData("duration > 3600", "")]
    [InlineData("tags.owner = ''';drop table run;--'", "")]
    public async Task finds_those_that_a_filter_describes(string filter, string names) =>
        Assert.Equal(names, string.Concat((await FindAsync(filter, "name")).Select(NameOf)));

    [Theory]
    [InlineData("metrics.val/loss", "badce")]
    [InlineData("-metrics.val/loss", "dabce")]
    [InlineData("params.lr", "cbade")]
    [InlineData("-params.lr", "abcde")]
    [InlineData("tags.owner", "acbed")]
    [InlineData("attributes.status", "badce")]
    public async Task orders_them_by_what_they_logged_with_missing_values_last(string sort, string names)
    {
        var pages = new List<JsonNode>();
        string? cursor = null;
        do
        {
            var page = await runs.Host.GetAsync(
                $"/api/runs?project={runs.Project}&sort={Uri.EscapeDataString(sort)}&limit=2{(cursor is null ? "" : $"&cursor={cursor}")}"
            );
            pages.AddRange(page["items"]!.AsArray().Select(item => item!.DeepClone()));
            cursor = page["nextCursor"]?.GetValue<string>();
        } while (cursor is not null);

        // Runs with equal values are in the order of their ids, which is that of their creation, in the direction of the sort.
        var found = string.Concat(pages.Select(NameOf));
        Assert.Equal(5, found.Distinct().Count());
        Assert.Equal(Grouped(names, sort), Grouped(found, sort));
    }

    [Theory]
    [InlineData("metrics.loss <", "filter.incomplete")]
    [InlineData("metrics.loss < 'low'", "filter.number")]
    [InlineData("metrics.loss like 'x'", "filter.operator")]
    [InlineData("bogus.loss = 1", "filter.entity")]
    [InlineData("colour = 'red'", "filter.attribute")]
    [InlineData("started > yesterday", "filter.time")]
    [InlineData("status = bogus", "filter.status")]
    [InlineData("attributes.status != 'bogus'", "filter.status")]
    [InlineData("name = a and not (status in ('finished', 'bogus'))", "filter.status")]
    [InlineData("name = 'a", "filter.open-quote")]
    [InlineData("name = a)", "filter.unexpected")]
    [InlineData("(name = a", "filter.incomplete")]
    [InlineData("name ; drop", "filter.unexpected")]
    [InlineData("name in ()", "filter.unexpected")]
    [InlineData("and", "filter.incomplete")]
    [InlineData("params. = 1", "filter.unexpected")]
    public async Task says_what_is_wrong_with_a_filter(string filter, string code)
    {
        var answer = await runs.Host.GetAsync(
            $"/api/runs?filter={Uri.EscapeDataString(filter)}",
            HttpStatusCode.BadRequest
        );
        Assert.Equal(code, answer["errorCodes"]!["filter"]![0]!["code"]!.GetValue<string>());
    }

    [Fact]
    public async Task names_the_statuses_when_a_filter_has_another_one()
    {
        var answer = await runs.Host.GetAsync("/api/runs?filter=status%20%3D%20bogus", HttpStatusCode.BadRequest);

        Assert.Equal(
            "A run has no status 'bogus'. It has one of scheduled, running, finished, failed, interrupted.",
            answer["errors"]!["filter"]![0]!.GetValue<string>()
        );
    }

    [Fact]
    public async Task has_limits()
    {
        await RefusedAsync(new string('(', 40) + "name = a" + new string(')', 40), "filter.too-deep");
        await RefusedAsync(string.Join(" or ", Enumerable.Repeat("name = a", 201)), "filter.too-many");
        await RefusedAsync(string.Join(" ", Enumerable.Repeat("not", 40)) + " name = a", "filter.too-deep");

        async Task RefusedAsync(string filter, string code)
        {
            var answer = await runs.Host.GetAsync(
                $"/api/runs?filter={Uri.EscapeDataString(filter)}",
                HttpStatusCode.BadRequest
            );
            Assert.Equal(code, answer["errorCodes"]!["filter"]![0]!["code"]!.GetValue<string>());
        }
    }

    private async Task<IEnumerable<JsonNode>> FindAsync(string filter, string sort) =>
        (
            await runs.Host.GetAsync(
                $"/api/runs?project={runs.Project}&sort={sort}&filter={Uri.EscapeDataString(filter)}"
            )
        )["items"]!
            .AsArray()
            .Select(item => item!);

    private static string NameOf(JsonNode run) => run["name"]!.GetValue<string>();

    /// <summary>Names of equal rank are in no order that matters.</summary>
    private static string Grouped(string names, string sort) =>
        sort switch
        {
            "tags.owner" => string.Concat(names[..2].Order()) + names[2..],
            "attributes.status" => names[..3] + string.Concat(names[3..].Order()),
            _ => names,
        };
}
