using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;
using Platform.EventStore;
using Platform.LocalServers;

namespace Platform.Bench.Benchmarks;

/// <summary>Appends by concurrent writers, compared with pgbench's one-row inserts on the same server.</summary>
internal static partial class AppendBenchmark
{
    private static readonly TimeSpan _duration = TimeSpan.FromSeconds(8);

    public static async Task<IReadOnlyList<Figure>> RunAsync(Bench bench)
    {
        var folder = Path.Combine(bench.Folder, "append");
        var postgres = await PrivatePostgres.StartAsync(
            new PrivatePostgresOptions { Folder = folder },
            cancellationToken: bench.Cancelled
        );
        try
        {
            var single = await InsertsAsync(postgres.ConnectionString, bench.Folder, 1, bench.Cancelled);
            var many = await InsertsAsync(postgres.ConnectionString, bench.Folder, 16, bench.Cancelled);
            var options = new EventStoreOptions("bench");
            options.Events.Add("sample_taken", SampleJson.Default.SampleTaken);
            await using var source = EventStoreDataSource.Create(postgres.ConnectionString, options);
            var store = new SampleStore(options, source);
            await store.MigrateAsync(bench.Cancelled);
            return
            [
                await AppendsAsync(store, writers: 1, events: 1, single, bench.Cancelled),
                await AppendsAsync(store, writers: 16, events: 1, many, bench.Cancelled),
                await AppendsAsync(store, writers: 16, events: 10, many, bench.Cancelled),
            ];
        }
        finally
        {
            await postgres.StopAsync(CancellationToken.None);
        }
    }

    private static async Task<Figure> AppendsAsync(
        SampleStore store,
        int writers,
        int events,
        double inserts,
        CancellationToken cancellationToken
    )
    {
        object[] batch = [.. Enumerable.Range(0, events).Select(i => new SampleTaken("loss", i, 0.25))];
        await CountAsync(TimeSpan.FromSeconds(1));
        var appends = await CountAsync(_duration) / _duration.TotalSeconds;
        return new Figure(
            $"append {writers} writers x {events}",
            appends,
            "appends/s",
            inserts,
            "pgbench one-row inserts"
        );

        async Task<double> CountAsync(TimeSpan duration)
        {
            var watch = Stopwatch.StartNew();
            var counts = await Task.WhenAll(Enumerable.Range(0, writers).Select(_ => WriteAsync(watch, duration)));
            return counts.Sum();
        }

        async Task<int> WriteAsync(Stopwatch watch, TimeSpan duration)
        {
            var (stream, version, count) = (Guid.CreateVersion7().ToString(), 0L, 0);
            while (watch.Elapsed < duration)
            {
                var expected = version == 0 ? ExpectedVersion.New : ExpectedVersion.Exactly(version);
                version = await store.AppendAsync(
                    stream,
                    "sample",
                    expected,
                    batch,
                    cancellationToken: cancellationToken
                );
                count++;
            }

            return count;
        }
    }

    private static async Task<double> InsertsAsync(
        string connectionString,
        string folder,
        int clients,
        CancellationToken cancellationToken
    )
    {
        await using (var source = NpgsqlDataSource.Create(connectionString))
        {
            await using var create = source.CreateCommand(
                "create table if not exists one_row (id bigint generated always as identity primary key, at timestamptz, body jsonb)"
            );
            await create.ExecuteNonQueryAsync(cancellationToken);
        }

        var script = Path.Combine(folder, "one-row.sql");
        await File.WriteAllTextAsync(
            script,
            """insert into one_row (at, body) values (now(), '{"key":"loss","step":1,"value":0.25}');""",
            cancellationToken
        );
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        var output = await Programs.RunAsync(
            [
                FindPgbench(),
                "--no-vacuum",
                "--protocol=prepared",
                $"--client={clients}",
                $"--jobs={Math.Min(clients, Environment.ProcessorCount)}",
                string.Create(CultureInfo.InvariantCulture, $"--time={_duration.TotalSeconds:0}"),
                $"--file={script}",
                $"--host={settings.Host}",
                $"--port={settings.Port}",
                $"--username={settings.Username}",
                settings.Database!,
            ],
            cancellationToken,
            new Dictionary<string, string>(StringComparer.Ordinal) { ["PGPASSWORD"] = settings.Password ?? "" }
        );
        return double.Parse(Tps().Match(output).Groups["tps"].Value, CultureInfo.InvariantCulture);
    }

    private static string FindPgbench() =>
        Directory.Exists("/usr/lib/postgresql")
        && Directory
            .EnumerateDirectories("/usr/lib/postgresql")
            .Select(version => Path.Combine(version, "bin", "pgbench"))
            .FirstOrDefault(File.Exists)
            is { } found
            ? found
            : "pgbench";

    [GeneratedRegex(@"tps = (?<tps>[0-9.]+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Tps();
}
