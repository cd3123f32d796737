using Npgsql;

namespace Platform.Standalone.Tests;

/// <summary>A platform that starts on a PostgreSQL of somebody else's.</summary>
[Trait("suite", "integration")]
public sealed class Waiting_for_a_database : IAsyncLifetime
{
    private readonly string _role = $"few_{Guid.CreateVersion7():N}";
    private readonly StandaloneProcess _platform = new();
    private TestDatabase _database = null!;

    private string Connection =>
        new NpgsqlConnectionStringBuilder(_database.ConnectionString)
        {
            Username = _role,
            Password = "secret",
        }.ConnectionString;

    public async Task InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync();
        await ExecuteAsync($"create role {_role} login password 'secret' connection limit 12");
        await ExecuteAsync(
            $"grant create on database {new NpgsqlConnectionStringBuilder(_database.ConnectionString).Database} to {_role}"
        );
    }

    public async Task DisposeAsync()
    {
        await _platform.DisposeAsync();
        await ExecuteAsync($"drop owned by {_role} cascade");
        await ExecuteAsync($"drop role {_role}");
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task with_too_few_connections_says_so_within_seconds_and_starts_when_there_are_enough()
    {
        var process = _platform.Start($"--ConnectionStrings:Platform={Connection}");
        await WaitFor.ConditionAsync(
            "the reason",
            () =>
                Task.FromResult(
                    _platform.Output.Contains("53300: too many connections for role", StringComparison.Ordinal)
                ),
            describe: () => _platform.Output
        );
        Assert.Matches("(?m)^platform: waiting up to 60 s for PostgreSQL at ", _platform.Output);
        await Task.Delay(TimeSpan.FromSeconds(3));
        Assert.Single(_platform.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));

        await ExecuteAsync($"alter role {_role} connection limit 60");
        await WaitFor.ConditionAsync(
            "the platform to be ready",
            () => Task.FromResult(_platform.Running?.Process() == process),
            describe: () => _platform.Output
        );
        Assert.Contains(
            "allows 60 connections, which is too few under load",
            _platform.Output,
            StringComparison.Ordinal
        );
        Assert.Contains("holds 23 and opens up to 90", _platform.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task with_too_few_connections_ends_with_how_many_it_needs()
    {
        var process = _platform.Start($"--ConnectionStrings:Platform={Connection}");
        await WaitFor.ConditionAsync(
            "the platform to end",
            () => Task.FromResult(!process.IsRunning),
            TimeSpan.FromMinutes(3),
            () => _platform.Output
        );

        var lines = _platform.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.InRange(lines.Length, 2, 5);
        Assert.Contains("had no free connection for 60 s (53300: ", lines[^1], StringComparison.Ordinal);
        Assert.Contains(
            "holds 23 and opens up to 90: max_connections of PostgreSQL is to be at least 110",
            lines[^1],
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task that_refuses_its_password_ends_at_once()
    {
        var process = _platform.Start($"--ConnectionStrings:Platform={Connection};Password=wrong");
        await WaitFor.ConditionAsync(
            "the platform to end",
            () => Task.FromResult(!process.IsRunning),
            describe: () => _platform.Output
        );

        var line = Assert.Single(_platform.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("platform: PostgreSQL at ", line, StringComparison.Ordinal);
        Assert.Contains("does not let the user '", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task that_is_not_there_says_so_and_gives_up()
    {
        var told = new List<string>();

        var failure = await Assert.ThrowsAsync<EventStore.DatabaseUnreachableException>(() =>
            DatabaseClaim.TakeAsync(
                "Host=127.0.0.1;Port=1;Timeout=2",
                told.Add,
                CancellationToken.None,
                TimeSpan.FromSeconds(1)
            )
        );

        Assert.Contains(
            "waiting up to 1 s for PostgreSQL at 127.0.0.1:1",
            Assert.Single(told),
            StringComparison.Ordinal
        );
        Assert.Contains("could not be reached for 1 s", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task whose_host_is_unknown_is_tried_again_and_named()
    {
        var told = new List<string>();

        await Assert.ThrowsAsync<EventStore.DatabaseUnreachableException>(() =>
            DatabaseClaim.TakeAsync(
                "Host=no-such-host.invalid",
                told.Add,
                CancellationToken.None,
                TimeSpan.FromSeconds(1)
            )
        );

        Assert.StartsWith(
            "waiting up to 1 s for PostgreSQL at no-such-host.invalid:5432: ",
            told[0],
            StringComparison.Ordinal
        );
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(_database.ConnectionString);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
