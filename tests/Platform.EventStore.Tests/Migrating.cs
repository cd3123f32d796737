using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Platform.LocalServers;

namespace Platform.EventStore.Tests;

[Trait("suite", "integration")]
public sealed class Migrating : IAsyncLifetime
{
    private TestDatabase _database = null!;

    public async Task InitializeAsync() => _database = await TestDatabase.CreateAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task works_from_several_processes_at_once()
    {
        var sources = Enumerable.Range(0, 8).Select(_ => Open(WithTable())).ToList();

        await Task.WhenAll(sources.Select(store => store.MigrateAsync()));

        Assert.Equal(
            ["event_store_003_appends_by_marten", "001_note"],
            await RowsAsync(sources[0].DataSource, "select name from migration order by applied_at, ctid")
        );
        foreach (var store in sources)
        {
            await store.DataSource.DisposeAsync();
        }
    }

    [Fact]
    public async Task runs_only_the_steps_that_are_new()
    {
        await using var first = Open(WithTable()).DataSource;
        await Open(WithTable()).MigrateAsync();
        var options = WithTable();
        options.Migrations.Add(new Migration("002_note_author", "alter table note add column author varchar"));

        await Open(options).MigrateAsync();
        await Open(options).MigrateAsync();

        Assert.Equal(
            ["text", "author"],
            await RowsAsync(
                first,
                "select column_name::text from information_schema.columns where table_name = 'note' order by ordinal_position"
            )
        );
    }

    [Fact]
    public async Task a_step_that_fails_is_named_and_leaves_nothing_behind()
    {
        var options = WithTable();
        options.Migrations.Add(new Migration("002_broken", "create table note (text varchar)"));

        var failure = await Assert.ThrowsAsync<SchemaRefusedException>(() => Open(options).MigrateAsync());

        Assert.Contains("002_broken", failure.Message, StringComparison.Ordinal);
        await using var source = Open(WithTable()).DataSource;
        Assert.Empty(await RowsAsync(source, "select nspname::text from pg_namespace where nspname = 'counters'"));
    }

    [Fact]
    public async Task refuses_a_sequence_that_sessions_cache()
    {
        await using var source = await MigrateAsync();
        await using var command = source.CreateCommand("alter sequence mt_events_sequence cache 20");
        await command.ExecuteNonQueryAsync();

        var failure = await Assert.ThrowsAsync<SchemaRefusedException>(() => Open(Counters.Options()).MigrateAsync());

        Assert.Contains("cache 1", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task waits_at_start_for_a_database_that_comes_up_later()
    {
        var port = Ports.Free();
        var server = new NpgsqlConnectionStringBuilder(_database.ConnectionString);
        var away = new NpgsqlConnectionStringBuilder(_database.ConnectionString) { Host = "127.0.0.1", Port = port };
        var store = StoreFixture.Open(away.ConnectionString, Counters.Options());
        await using var source = store.DataSource;

        var starting = new MigrationHost(store, NullLogger<MigrationHost>.Instance).StartAsync(CancellationToken.None);
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => store.PingAsync());
        Assert.False(starting.IsCompleted);

        using var stop = new CancellationTokenSource();
        using var back = new TcpListener(IPAddress.Loopback, port);
        back.Start();
        var forwarding = ForwardAsync(back, server.Host!, server.Port, stop.Token);
        await starting;

        await store.PingAsync();
        await stop.CancelAsync();
        await forwarding;
    }

    [Fact]
    public async Task says_that_the_database_cannot_be_reached_after_the_time_limit()
    {
        var nowhere = new NpgsqlConnectionStringBuilder(_database.ConnectionString) { Host = "127.0.0.1", Port = 1 };
        var store = StoreFixture.Open(nowhere.ConnectionString, Counters.Options());
        await using var source = store.DataSource;
        var host = new MigrationHost(store, NullLogger<MigrationHost>.Instance) { ConnectTimeout = TimeSpan.Zero };

        var failure = await Assert.ThrowsAsync<DatabaseUnreachableException>(() =>
            host.StartAsync(CancellationToken.None)
        );

        Assert.Contains("could not be reached", failure.Message, StringComparison.Ordinal);
    }

    private static EventStoreOptions WithTable()
    {
        var options = Counters.Options();
        options.Migrations.Add(new Migration("001_note", "create table note (text varchar)"));
        return options;
    }

    private CounterStore Open(EventStoreOptions options) => StoreFixture.Open(_database.ConnectionString, options);

    private async Task<NpgsqlDataSource> MigrateAsync()
    {
        var store = Open(Counters.Options());
        await store.MigrateAsync();
        return store.DataSource;
    }

    private static async Task<IReadOnlyList<string>> RowsAsync(NpgsqlDataSource source, string sql)
    {
        var rows = new List<string>();
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            rows.Add(reader.GetString(0));
        }

        return rows;
    }

    private static async Task ForwardAsync(TcpListener listener, string host, int port, CancellationToken stop)
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync(stop);
                connections.Add(
                    Task.Run(
                        async () =>
                        {
                            using var near = client;
                            await using var far = await ConnectAsync(host, port, stop);
                            await Task.WhenAny(
                                near.GetStream().CopyToAsync(far, stop),
                                far.CopyToAsync(near.GetStream(), stop)
                            );
                        },
                        CancellationToken.None
                    )
                );
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(connections);
        }
    }

    /// <summary>As Npgsql does: a host that is a folder holds the server's Unix socket.</summary>
    private static async Task<NetworkStream> ConnectAsync(string host, int port, CancellationToken stop)
    {
        EndPoint server = host.StartsWith('/')
            ? new UnixDomainSocketEndPoint($"{host}/.s.PGSQL.{port}")
            : new IPEndPoint(IPAddress.Parse(host), port);
        var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(server, stop);
        return new NetworkStream(socket, ownsSocket: true);
    }
}
