using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Npgsql;
using Platform.EventStore;
using Platform.LocalServers;

namespace Platform.Bench.Benchmarks;

/// <summary>
/// Appends and decisions by concurrent writers compared with pgbench's one-row inserts on the same server, in turns, so that other
/// load affects both. Also how soon a subscription receives a committed event.
/// </summary>
internal static partial class AppendBenchmark
{
    private const int Rounds = 3;
    private const int LongestStream = 20;
    private const int FollowedEvents = 500;
    private const string RivalName = "pgbench one-row inserts";

    private static readonly TimeSpan _turn = TimeSpan.FromSeconds(4);

    private static readonly Decider<int, SampleTaken> _samples = new("sample", 0, (count, _) => count + 1);

    public static async Task<IReadOnlyList<Figure>> RunAsync(Bench bench)
    {
        var folder = Path.Combine(bench.Folder, "append");
        var postgres = await PrivatePostgres.StartAsync(
            new PrivatePostgresOptions { Folder = folder },
            cancellationToken: bench.Cancelled
        );
        try
        {
            await CreateRivalTableAsync(postgres.ConnectionString, bench.Cancelled);
            var options = new EventStoreOptions("bench");
            options.Events.Add("sample_taken", SampleJson.Default.SampleTaken);
            await using var store = new SampleStore(
                options,
                EventStoreDataSource.Create(postgres.ConnectionString, options)
            );
            await store.MigrateAsync(bench.Cancelled);
            return
            [
                await AgainstInsertsAsync(
                    "append 1 writer x 1",
                    1,
                    goesOn => AppendAsync(store, 1, goesOn, bench.Cancelled)
                ),
                await AgainstInsertsAsync(
                    "append 16 writers x 1",
                    16,
                    goesOn => AppendAsync(store, 1, goesOn, bench.Cancelled)
                ),
                await AgainstInsertsAsync(
                    "append 16 writers x 10",
                    16,
                    goesOn => AppendAsync(store, 10, goesOn, bench.Cancelled)
                ),
                await AgainstInsertsAsync(
                    "decide and append 1 writer",
                    1,
                    goesOn => DecideAsync(store, goesOn, bench.Cancelled)
                ),
                await AgainstInsertsAsync(
                    "decide and append 16 writers",
                    16,
                    goesOn => DecideAsync(store, goesOn, bench.Cancelled)
                ),
                .. await CommitToSubscriberAsync(postgres.ConnectionString, bench.Cancelled),
            ];
        }
        finally
        {
            await postgres.StopAsync(CancellationToken.None);
        }

        async Task<Figure> AgainstInsertsAsync(string name, int writers, Func<Func<bool>, Task<int>> write)
        {
            await WriteAsync(writers, write);
            var turns = new List<(double Ours, double Rival)>();
            for (var round = 0; round < Rounds; round++)
            {
                turns.Add(
                    (
                        await WriteAsync(writers, write),
                        await InsertsAsync(postgres.ConnectionString, bench.Folder, writers, bench.Cancelled)
                    )
                );
            }

            var middle = turns.OrderBy(turn => turn.Ours / turn.Rival).ElementAt(Rounds / 2);
            return new Figure(name, middle.Ours, "appends/s", middle.Rival, RivalName);
        }
    }

    /// <returns>What all writers together did a second.</returns>
    private static async Task<double> WriteAsync(int writers, Func<Func<bool>, Task<int>> write)
    {
        var watch = Stopwatch.StartNew();
        var counts = await Task.WhenAll(Enumerable.Range(0, writers).Select(_ => write(() => watch.Elapsed < _turn)));
        return counts.Sum() / watch.Elapsed.TotalSeconds;
    }

    private static async Task<int> AppendAsync(
        SampleStore store,
        int events,
        Func<bool> goesOn,
        CancellationToken cancellationToken
    )
    {
        object[] batch = [.. Enumerable.Range(0, events).Select(i => new SampleTaken("loss", i, 0.25))];
        var (stream, version, count) = (Guid.CreateVersion7().ToString(), 0L, 0);
        for (; goesOn(); count++)
        {
            var expected = ExpectedVersion.Exactly(version);
            version = await store.AppendAsync(stream, "sample", expected, batch, cancellationToken: cancellationToken);
        }

        return count;
    }

    /// <summary>Streams stay as short as those of jobs.</summary>
    private static async Task<int> DecideAsync(
        SampleStore store,
        Func<bool> goesOn,
        CancellationToken cancellationToken
    )
    {
        var (stream, count) = ("", 0);
        for (; goesOn(); count++)
        {
            stream = count % LongestStream == 0 ? Guid.CreateVersion7().ToString() : stream;
            await store.HandleAsync(
                _samples,
                stream,
                taken => Decision.Accept(new SampleTaken("loss", taken, 0.25)),
                cancellationToken: cancellationToken
            );
        }

        return count;
    }

    /// <summary>One append at a time, so that what is measured is the way and not a queue.</summary>
    private static async Task<IReadOnlyList<Figure>> CommitToSubscriberAsync(
        string connectionString,
        CancellationToken cancellationToken
    )
    {
        var clock = new SubscriberClock();
        var options = new EventStoreOptions("follow");
        options.Events.Add("sample_taken", SampleJson.Default.SampleTaken);
        options.Subscriptions.Add(_ => clock);
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton(Options.Create(new DatabaseOptions { ConnectionString = connectionString }));
        builder.Services.AddEventStore(options, (o, source) => new SampleStore(o, source));
        using var host = builder.Build();
        await host.StartAsync(cancellationToken);
        var store = host.Services.GetRequiredService<SampleStore>();
        var delays = new List<double>();
        for (var i = 0; i < FollowedEvents; i++)
        {
            var heard = clock.Next();
            var stream = Guid.CreateVersion7().ToString();
            await store.AppendAsync(
                stream,
                "sample",
                ExpectedVersion.New,
                [new SampleTaken("loss", i, 0.25)],
                cancellationToken: cancellationToken
            );
            var committed = Stopwatch.GetTimestamp();
            delays.Add(Math.Max(0, Stopwatch.GetElapsedTime(committed, await heard).TotalMilliseconds));
        }

        await host.StopAsync(cancellationToken);
        return
        [
            new Figure("commit to subscriber p50", delays.Median(), "ms", null),
            new Figure("commit to subscriber p99", delays.Percentile(0.99), "ms", null),
        ];
    }

    private static async Task CreateRivalTableAsync(string connectionString, CancellationToken cancellationToken)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var create = source.CreateCommand(
            "create table one_row (id bigint generated always as identity primary key, at timestamptz, body jsonb)"
        );
        await create.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<double> InsertsAsync(
        string connectionString,
        string folder,
        int clients,
        CancellationToken cancellationToken
    )
    {
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
                string.Create(CultureInfo.InvariantCulture, $"--time={_turn.TotalSeconds:0}"),
                $"--file={script}",
                $"--host={settings.Host}",
                $"--port={settings.Port}",
                $"--username={settings.Username}",
                settings.Database!,
            ],
            cancellationToken,
            new Dictionary<string, string>(StringComparer.Ordinal) { ["PGPASSWORD"] = settings.Password ?? "" }
        );
        return Tps().Match(output) is { Success: true } rate
            ? double.Parse(rate.Groups["tps"].Value, CultureInfo.InvariantCulture)
            : throw new BenchException($"pgbench inserted nothing: {output}");
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

    /// <summary>Notes when it was handed the next event.</summary>
    private sealed class SubscriberClock : Subscription
    {
        private TaskCompletionSource<long> _heard = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override string Name => "clock";

        public Task<long> Next()
        {
            _heard = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
            return _heard.Task;
        }

        public override Task HandleAsync(IReadOnlyList<StoredEvent> page, CancellationToken cancellationToken)
        {
            _heard.TrySetResult(Stopwatch.GetTimestamp());
            return Task.CompletedTask;
        }
    }
}
