using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using Microsoft.AspNetCore.Http;
using Npgsql;
using NpgsqlTypes;
using Platform.Tracking.Browsing;
using Platform.Tracking.Filtering;

namespace Platform.Tracking.Tests.Filtering;

/// <summary>Few runs, and bounds so low that each step of a search has its turn.</summary>
[Trait("suite", "integration")]
public sealed class Finding_runs_by_steps(TrackingHost host) : IClassFixture<TrackingHost>
{
    private static readonly Gen<(
        RandomRun[] Runs,
        (RandomFilter Filter, RandomSort Sort, int Few, int Many, int Tries)[] Queries
    )> _cases = Gen.Select(
        RandomRuns.Runs,
        Gen.Select(
            RandomRuns.Filters,
            RandomRuns.Sorts,
            RandomRuns.Any(0, 2, 6, 200),
            Gen.Int[6, 12],
            Gen.Int[0, 12]
        ).Array[12]
    );

    [Fact]
    public Task gives_what_a_filter_and_an_order_mean() =>
        _cases.SampleAsync(
            async example =>
            {
                await StoreAsync(example.Runs);
                foreach (var (filter, sort, few, many, tries) in example.Queries)
                {
                    RunFinder Finder() =>
                        new()
                        {
                            Few = few,
                            LookUps = few * 2,
                            Many = many,
                            MostTries = tries,
                            Texts = few,
                        };
                    var expected = RandomRuns.Expected(example.Runs, filter, sort).ToList();
                    var query = new ListRunsQuery
                    {
                        Filter = filter.Text,
                        Sort = sort.ToString(),
                        Limit = "4",
                        Total = "exact",
                    };
                    var found = new List<string>();
                    string? cursor = null;
                    do
                    {
                        var page = await AnswerAsync(query with { Cursor = cursor }, Finder());
                        Assert.Equal(expected.Count, page["total"]!.GetValue<int>());
                        found.AddRange(Ids(page));
                        cursor = page["nextCursor"]?.GetValue<string>();
                    } while (cursor is not null && found.Count <= expected.Count);

                    Assert.True(
                        expected.SequenceEqual(found),
                        $"{filter.Text} by {sort}: {string.Join(' ', found)} instead of {string.Join(' ', expected)}"
                    );
                    var inside = await AnswerAsync(query with { Offset = "5" }, Finder());
                    Assert.Equal(expected.Skip(5).Take(4), Ids(inside));
                }
            },
            iter: 12,
            threads: 1
        );

    private async Task<JsonNode> AnswerAsync(ListRunsQuery query, RunFinder finder)
    {
        var context = new DefaultHttpContext { RequestServices = host.Services };
        using var body = new MemoryStream();
        context.Response.Body = body;
        context.Request.Method = HttpMethods.Get;
        var answer = await ListRunsEndpoint.AnswerAsync(
            query,
            host.Store,
            context.Request,
            finder,
            CancellationToken.None
        );
        await answer.ExecuteAsync(context);
        var page = JsonNode.Parse(body.ToArray())!;
        Assert.True(context.Response.StatusCode == StatusCodes.Status200OK, page.ToJsonString());
        return page;
    }

    private static IEnumerable<string> Ids(JsonNode page) =>
        page["items"]!.AsArray().Select(item => item!["id"]!.GetValue<string>());

    /// <summary>Written without events: the facts follow the tables.</summary>
    private async Task StoreAsync(RandomRun[] runs)
    {
        await using var batch = host.Store.DataSource.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand("delete from run"));
        batch.BatchCommands.Add(new NpgsqlBatchCommand("delete from metric_series"));
        // Otherwise their numbers would still be those of the example before.
        batch.BatchCommands.Add(new NpgsqlBatchCommand("delete from run_number"));
        foreach (var run in runs)
        {
            var at = DateTime.UnixEpoch.AddYears(55).AddSeconds(run.Number);
            batch.BatchCommands.Add(
                new NpgsqlBatchCommand(
                    """
                    insert into run (id, name, search_name, project, status, group_name, parameters, tags, created_at, started_at, ended_at, updated_at, version)
                    values ($1, $1, $1, 'p', $2, $3, $4, $5, $6, now() - interval '1 hour' + ($7 * interval '1 s'),
                      now() - interval '1 hour' + ($7 * interval '2 s'), $6, 1)
                    """
                )
                {
                    Parameters =
                    {
                        new() { Value = run.Id },
                        new() { Value = run.Status },
                        new() { Value = run.Group },
                        new() { Value = JsonSerializer.Serialize(run.Parameters), NpgsqlDbType = NpgsqlDbType.Jsonb },
                        new() { Value = JsonSerializer.Serialize(run.Tags), NpgsqlDbType = NpgsqlDbType.Jsonb },
                        new() { Value = at },
                        new() { Value = run.Number },
                    },
                }
            );
            foreach (var (key, value) in run.Metrics)
            {
                batch.BatchCommands.Add(
                    new NpgsqlBatchCommand(
                        "insert into metric_series (run_id, key, count, last_step, last_at, last_value) values ($1, $2, 1, 1, now(), $3)"
                    )
                    {
                        Parameters =
                        {
                            new() { Value = run.Id },
                            new() { Value = key },
                            new() { Value = value },
                        },
                    }
                );
            }
        }

        await batch.ExecuteNonQueryAsync();
    }
}
