using System.Diagnostics;

namespace Platform.Jobs.Tests.Integration;

/// <summary>A list that is long costs no more than a short one. The limit is far above what is seen, so that only a wrong plan breaks it.</summary>
[Trait("suite", "integration")]
public sealed class A_hundred_thousand_jobs(JobsFixture fixture) : IClassFixture<JobsFixture>
{
    private readonly JobsHost _host = fixture.Host;

    [Fact]
    public async Task Are_listed_in_milliseconds_with_their_total()
    {
        await using var fill = _host.Store.DataSource.CreateCommand(
            """
            insert into job_summary (job_id, run_id, name, search_name, project, status, attempt, priority, submitted_at, changed_at, version)
            select gen_random_uuid(), gen_random_uuid(), 'job ' || i, 'job ' || i, 'project/' || i % 50,
              case when i % 100 = 0 then 'failed' else 'succeeded' end, 1, 50,
              now() - i * interval '1 second', now(), 5
            from generate_series(1, 100000) i
            """
        );
        await fill.ExecuteNonQueryAsync();
        await using var analyze = _host.Store.DataSource.CreateCommand("vacuum analyze job_summary");
        await analyze.ExecuteNonQueryAsync();

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
}
