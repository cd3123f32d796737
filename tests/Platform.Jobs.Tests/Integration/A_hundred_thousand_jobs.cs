using System.Diagnostics;
using Platform.Jobs.Browsing;

namespace Platform.Jobs.Tests.Integration;

/// <summary>A service with 100,000 jobs.</summary>
public sealed class ManyJobs : IAsyncLifetime
{
    private readonly JobsFixture _fixture = new();

    internal JobsHost Host => _fixture.Host;

    public async Task InitializeAsync()
    {
        await _fixture.InitializeAsync();
        await using var fill = Host.Store.DataSource.CreateCommand(
            """
            insert into job_summary (job_id, run_id, name, search_name, project, status, attempt, priority, submitted_at, changed_at, version)
            select gen_random_uuid(), gen_random_uuid(), 'job ' || i, 'job ' || i, 'project/' || i % 50,
              case when i % 100 = 0 then 'failed' else 'succeeded' end, 1, 50,
              now() - i * interval '1 second', now(), 5
            from generate_series(1, 100000) i
            """
        );
        await fill.ExecuteNonQueryAsync();
        await using var analyze = Host.Store.DataSource.CreateCommand("vacuum analyze job_summary");
        await analyze.ExecuteNonQueryAsync();
    }

    public Task DisposeAsync() => _fixture.DisposeAsync();
}

/// <summary>
/// A long list costs no more than a short one. The limit is far above measured times, so that only a wrong query plan
/// exceeds it.
/// </summary>
[Trait("suite", "integration")]
public sealed class A_hundred_thousand_jobs(ManyJobs jobs) : IClassFixture<ManyJobs>
{
    private readonly JobsHost _host = jobs.Host;

    [Fact]
    public async Task are_listed_in_milliseconds_with_their_total()
    {
        foreach (
            var query in new[]
            {
                "",
                "?status=failed",
                "?project=project/7",
                "?status=failed&project=project",
                "?search=job 777",
                "?sort=name&limit=200",
            }
        )
        {
            var page = await _host.GetAsync($"/api/jobs{query}");
            Assert.NotEmpty(page["items"]!.AsArray());
            var times = new List<double>();
            for (var i = 0; i < 20; i++)
            {
                var watch = Stopwatch.StartNew();
                await _host.GetAsync($"/api/jobs{query}");
                times.Add(watch.Elapsed.TotalMilliseconds);
            }

            times.Sort();
            Assert.True(times[10] < 1000, $"{query}: median {times[10]} ms");
        }
    }

    [Fact]
    public async Task are_not_scanned_for_a_complete_id()
    {
        var plan = await ExplainAsync(Guid.CreateVersion7().ToString());

        Assert.Contains("job_summary_pkey", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("Seq Scan", plan, StringComparison.Ordinal);
        Assert.Contains("Seq Scan", await ExplainAsync("777"), StringComparison.Ordinal);
    }

    private async Task<string> ExplainAsync(string search)
    {
        var filter = new JobFilter();
        filter.Matches(search);
        await using var batch = _host.Store.DataSource.CreateBatch();
        batch.BatchCommands.Add(filter.Command(where => $"explain select count(*) from job_summary s {where}"));
        await using var reader = await batch.ExecuteReaderAsync();
        var lines = new List<string>();
        while (await reader.ReadAsync())
        {
            lines.Add(reader.GetString(0));
        }

        return string.Join('\n', lines);
    }
}
