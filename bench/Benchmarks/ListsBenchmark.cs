using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Platform.Bench.Benchmarks;

/// <summary>
/// Lists of a platform that has been used for years: the first, next and last page, each filter and sort order, and searches, as a
/// client sees them. The rows are written straight into the read models.
/// </summary>
internal static class ListsBenchmark
{
    private const int Rounds = 20;
    private const double Target = 50;
    private const int Artifacts = 20_000;
    private const int VersionsOfArtifact = 5;

    private static readonly (string Name, string Path)[] _lists =
    [
        ("jobs", "/api/jobs"),
        ("jobs, failed", "/api/jobs?status=failed"),
        ("jobs, running or queued", "/api/jobs?status=running,queued"),
        ("jobs of a project", "/api/jobs?project=team03/p7"),
        ("jobs of a project and those below", "/api/jobs?project=team03"),
        ("jobs of an owner", "/api/jobs?submittedBy=user7"),
        ("jobs, three filters", "/api/jobs?status=failed&project=team03&submittedBy=user7"),
        ("jobs by name", "/api/jobs?sort=name"),
        ("jobs by priority", "/api/jobs?sort=-priority"),
        ("jobs by start", "/api/jobs?sort=-startedAt"),
        ("jobs by end", "/api/jobs?sort=-endedAt"),
        ("jobs, rare word", "/api/jobs?search=needle"),
        ("jobs, word of every tenth", "/api/jobs?search=resnet"),
        ("jobs, no such word", "/api/jobs?search=nowhere"),
        ("jobs, beginning of an id", "/api/jobs?search=00120012"),
        ("jobs, end of an id", "/api/jobs?search=beefbeef"),
        ("runs", "/api/runs"),
        ("runs, finished", "/api/runs?status=finished"),
        ("runs of a project", "/api/runs?project=team03/p7&exact=true"),
        ("runs of a project and those below", "/api/runs?project=team03"),
        ("runs with a tag", "/api/runs?tag=stage%3Dproduction"),
        ("runs with a common tag", "/api/runs?tag=owner"),
        ("runs by update", "/api/runs?sort=-updatedAt"),
        ("runs by name", "/api/runs?sort=name"),
        ("runs by project", "/api/runs?sort=project"),
        ("runs by status", "/api/runs?sort=status"),
        ("runs, rare word", "/api/runs?search=needle"),
        ("runs, word of every tenth", "/api/runs?search=resnet"),
        ("runs, no such word", "/api/runs?search=nowhere"),
        ("runs, four filters", "/api/runs?project=team03&status=finished&tag=owner&search=resnet"),
        ("artifacts", "/api/artifacts"),
        ("artifacts, models", "/api/artifacts?type=model"),
        ("artifacts of a project", "/api/artifacts?project=team03"),
        ("artifacts by name", "/api/artifacts?sort=name"),
        ("artifacts by size", "/api/artifacts?sort=-size"),
        ("artifacts, rare word", "/api/artifacts?search=needle"),
        ("artifacts, common word", "/api/artifacts?search=resnet"),
        ("versions of an artifact", "/api/artifacts/a-1/versions"),
    ];

    public static async Task<IReadOnlyList<Figure>> RunAsync(Bench bench)
    {
        var part = double.Parse(
            Environment.GetEnvironmentVariable("PLATFORM_BENCH_LISTS") ?? "1",
            CultureInfo.InvariantCulture
        );
        await using var cluster = await Cluster.StartAsync(Path.Combine(bench.Folder, "lists-data"), bench.Cancelled);
        var (jobs, runs) = ((int)(1_000_000 * part), (int)(500_000 * part));
        await FillAsync(cluster, jobs, runs, (int)(Artifacts * part), bench.Cancelled);
        var figures = new List<Figure>();
        foreach (var (name, path) in _lists)
        {
            figures.Add(await MeasureAsync(cluster, name, path, bench.Cancelled));
        }

        foreach (var (name, path, total) in new[] { ("jobs", "/api/jobs", jobs), ("runs", "/api/runs", runs) })
        {
            var next = (await ReadAsync(cluster, path, bench.Cancelled)).NextCursor;
            figures.Add(await MeasureAsync(cluster, $"{name}, next page", $"{path}?cursor={next}", bench.Cancelled));
            figures.Add(
                await MeasureAsync(cluster, $"{name}, last page", $"{path}?offset={total - 50}", bench.Cancelled)
            );
            figures.Add(await MeasureAsync(cluster, $"{name}, middle", $"{path}?offset={total / 2}", bench.Cancelled));
        }

        return figures;
    }

    private static async Task<Figure> MeasureAsync(
        Cluster cluster,
        string name,
        string path,
        CancellationToken cancellationToken
    )
    {
        _ = await ReadAsync(cluster, path, cancellationToken);
        var times = new List<double>();
        for (var i = 0; i < Rounds; i++)
        {
            var watch = Stopwatch.StartNew();
            _ = await ReadAsync(cluster, path, cancellationToken);
            times.Add(watch.Elapsed.TotalMilliseconds);
        }

        return new Figure($"{name} p95", times.Percentile(0.95), "ms", Target, "limit");
    }

    private static async Task<(int Count, string? NextCursor)> ReadAsync(
        Cluster cluster,
        string path,
        CancellationToken cancellationToken
    )
    {
        using var response = await cluster.Http.GetAsync(new Uri(path, UriKind.Relative), cancellationToken);
        var page = await Cluster.ReadAsync(response, cancellationToken);
        return (page.GetProperty("items").GetArrayLength(), page.GetProperty("nextCursor").GetString());
    }

    private static async Task FillAsync(
        Cluster cluster,
        int jobs,
        int runs,
        int artifacts,
        CancellationToken cancellationToken
    )
    {
        var database = await cluster.DatabaseAsync(cancellationToken);
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        foreach (
            var sql in new[]
            {
                $"""
                    insert into jobs.job_summary (job_id, run_id, name, search_name, project, status, attempt, priority, exit_code,
                      submitted_at, started_at, ended_at, changed_at, version, submitted_by)
                    select gen_random_uuid(), gen_random_uuid(), name, name, 'team' || lpad((i % 10)::text, 2, '0') || '/p' || i / 10 % 20,
                      case when i % 20 = 0 then 'failed' when i > {jobs} - 50 then 'running' else 'succeeded' end, 1, i % 100, 0,
                      now() - ({jobs} - i) * interval '30 s', now() - ({jobs} - i) * interval '30 s',
                      now() - ({jobs} - i) * interval '30 s' + interval '9 s', now(), 5, 'user:user' || i % 40
                    from generate_series(1, {jobs}) i,
                      lateral (select case when i = 77 then 'needle' when i % 10 = 0 then 'resnet-' else 'train-' end || i as name) n
                    """,
                $"""
                    insert into tracking.run (id, project, name, search_name, status, tags, created_at, updated_at, version)
                    select gen_random_uuid(), 'team' || lpad((i % 10)::text, 2, '0') || '/p' || i / 10 % 20, name, name,
                      case when i % 20 = 0 then 'failed' else 'finished' end,
                      case when i % 7 = 0 then '{"{"}"stage":"production","owner":"anna"{"}"}'::jsonb else '{"{"}"owner":"ben"{"}"}' end,
                      now() - ({runs} - i) * interval '1 minute', now() - ({runs} - i) * interval '1 minute', 3
                    from generate_series(1, {runs}) i,
                      lateral (select case when i = 77 then 'needle' when i % 10 = 0 then 'resnet-' else 'train-' end || i as name) n
                    """,
                $"""
                    insert into artifacts.artifact_summary (name, type, project, latest_version, version_count, size, created_at,
                      updated_at, revision)
                    select case when i = 1 then 'a-1' when i = 77 then 'needle' when i % 10 = 0 then 'resnet-' || i else 'data-' || i end,
                      case when i % 3 = 0 then 'model' else 'dataset' end, 'team' || lpad((i % 10)::text, 2, '0'),
                      {VersionsOfArtifact}, {VersionsOfArtifact}, i * 1000, now() - ({artifacts} - i) * interval '1 minute',
                      now() - ({artifacts} - i) * interval '1 minute', {VersionsOfArtifact}
                    from generate_series(1, {artifacts}) i
                    """,
                $"""
                    insert into artifacts.artifact_version (name, number, type, project, digest, file_count, size, metadata, created_at)
                    select s.name, n, s.type, s.project, 'none', 1, s.size, '{"{}"}', s.created_at
                    from artifacts.artifact_summary s, generate_series(1, {VersionsOfArtifact}) n
                    """,
                "vacuum analyze",
            }
        )
        {
            await using var command = source.CreateCommand(sql);
            command.CommandTimeout = 0;
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        // Their changes are added up every ten seconds.
        foreach (var counts in new[] { "jobs.job_summary", "tracking.run", "artifacts.artifact_summary" })
        {
            await using var left = source.CreateCommand($"select count(*) from {counts}_count_change");
            while ((long)(await left.ExecuteScalarAsync(cancellationToken))! > 0)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
            }

            await using var vacuum = source.CreateCommand($"vacuum analyze {counts}_count_change, {counts}_count_sum");
            await vacuum.ExecuteNonQueryAsync(cancellationToken);
        }
    }
}
