using Npgsql;
using Platform.LocalServers;

namespace Platform.Cli.Tests.LocalServers;

[Trait("suite", "integration")]
public sealed class A_private_PostgreSQL : IAsyncLifetime
{
    private readonly TestFolder _folder = new();

    private static string SystemBin =>
        PrivatePostgresOptions.SystemBinFolder() ?? throw new InvalidOperationException("apt-get install postgresql");

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var folder in Directory.EnumerateDirectories(_folder.Path))
        {
            await PrivatePostgres.StopAsync(folder);
        }

        _folder.Dispose();
    }

    [Fact]
    public async Task of_the_system_keeps_its_data_over_a_stop()
    {
        var server = await PrivatePostgres.StartAsync(OfTheSystem());
        await ExecuteAsync(server, "create table kept as select 42 as answer");
        await server.StopAsync();
        Assert.Null(server.Process);

        var again = await PrivatePostgres.StartAsync(OfTheSystem());

        Assert.Equal(42, await ScalarAsync(again, "select answer from kept"));
        Assert.Equal("on", await ScalarAsync(again, "show fsync"));
    }

    [Fact]
    public async Task from_npm_needs_no_PostgreSQL_on_the_machine()
    {
        var options = Options() with { BinFolder = null, SystemFolders = () => [] };

        var server = await PrivatePostgres.StartAsync(options);

        Assert.StartsWith(
            "18",
            Assert.IsType<string>(await ScalarAsync(server, "show server_version")),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task that_was_killed_is_recovered_with_all_that_was_committed()
    {
        var server = await PrivatePostgres.StartAsync(OfTheSystem());
        await ExecuteAsync(server, "create table kept as select 42 as answer");
        var killed = server.Process!;
        Assert.True(Unix.Signal(killed.Id, Unix.Kill));
        await WaitFor.ConditionAsync("the postmaster to be gone", () => Task.FromResult(!killed.IsRunning));

        var again = await PrivatePostgres.StartAsync(OfTheSystem());

        Assert.NotEqual(killed.Id, again.Process!.Id);
        Assert.Equal(42, await ScalarAsync(again, "select answer from kept"));
    }

    [Fact]
    public async Task that_outlived_its_platform_is_found_and_used_again()
    {
        var server = await PrivatePostgres.StartAsync(OfTheSystem());

        var again = await PrivatePostgres.StartAsync(OfTheSystem());

        Assert.Equal(server.Process, again.Process);
        Assert.Equal(1, await ScalarAsync(again, "select 1"));
    }

    [Fact]
    public async Task is_not_mistaken_for_another_process_that_has_its_old_id()
    {
        var server = await PrivatePostgres.StartAsync(OfTheSystem());
        var pidFile = _folder.In("postgres", "server", "data", "postmaster.pid");
        var lines = await File.ReadAllLinesAsync(pidFile);
        await server.StopAsync();
        lines[0] = $"{Environment.ProcessId}";
        await File.WriteAllLinesAsync(pidFile, lines);

        Assert.Null(PrivatePostgres.ProcessOf(_folder.In("postgres")));
        var again = await PrivatePostgres.StartAsync(OfTheSystem());

        Assert.NotEqual(Environment.ProcessId, again.Process!.Id);
    }

    [Fact]
    public async Task that_was_killed_starts_though_a_PostgreSQL_elsewhere_has_its_old_id()
    {
        var other = OfTheSystem() with { Folder = _folder.In("elsewhere") };
        var elsewhere = await PrivatePostgres.StartAsync(other);
        try
        {
            var server = await PrivatePostgres.StartAsync(OfTheSystem());
            var killed = server.Process!;
            Assert.True(Unix.Signal(killed.Id, Unix.Kill));
            await WaitFor.ConditionAsync("the postmaster to be gone", () => Task.FromResult(!killed.IsRunning));
            foreach (var file in new[] { "data/postmaster.pid", "run/.s.PGSQL.5432.lock" })
            {
                var path = _folder.In("postgres", "server", file);
                var lines = await File.ReadAllLinesAsync(path);
                lines[0] = $"{elsewhere.Process!.Id}";
                await File.WriteAllLinesAsync(path, lines);
            }

            var again = await PrivatePostgres.StartAsync(OfTheSystem());

            Assert.Equal(1, await ScalarAsync(again, "select 1"));
        }
        finally
        {
            await elsewhere.StopAsync();
        }
    }

    [Fact]
    public async Task is_only_opened_by_the_major_version_that_made_it()
    {
        var data = Directory.CreateDirectory(_folder.In("postgres", "server", "data")).FullName;
        await File.WriteAllTextAsync(Path.Combine(data, "PG_VERSION"), "9\n");

        var refused = await Assert.ThrowsAsync<LocalServerException>(() => PrivatePostgres.StartAsync(OfTheSystem()));
        var refusedByChoice = await Assert.ThrowsAsync<LocalServerException>(() =>
            PrivatePostgres.StartAsync(Options() with { BinFolder = null, Npm = "/nowhere/npm" })
        );

        Assert.Contains("made by PostgreSQL 9", refused.Message, StringComparison.Ordinal);
        Assert.Contains(SystemBin, refused.Message, StringComparison.Ordinal);
        Assert.Contains("Install PostgreSQL 9", refusedByChoice.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task that_cannot_be_found_anywhere_is_an_error_that_says_what_to_install()
    {
        var nowhere = Options() with { BinFolder = null, Npm = "no-such-npm", SystemFolders = () => [] };

        var error = await Assert.ThrowsAsync<LocalServerException>(() => PrivatePostgres.StartAsync(nowhere));

        Assert.Contains("Node.js 20", error.Message, StringComparison.Ordinal);
        Assert.Contains("apt-get install postgresql", error.Message, StringComparison.Ordinal);
        Assert.Contains("PLATFORM_PG_BIN", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task listens_on_its_socket_only_and_wants_the_password()
    {
        var server = await PrivatePostgres.StartAsync(OfTheSystem());
        var connection = new NpgsqlConnectionStringBuilder(server.ConnectionString);

        Assert.Equal("", await ScalarAsync(server, "show listen_addresses"));
        Assert.StartsWith(_folder.Path, connection.Host, StringComparison.Ordinal);
        connection.Password = "wrong";
        connection.Pooling = false;
        await using var intruder = new NpgsqlConnection(connection.ConnectionString);
        await Assert.ThrowsAsync<PostgresException>(() => intruder.OpenAsync());
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite,
            File.GetUnixFileMode(_folder.In("postgres", "password"))
        );
    }

    [Fact]
    public async Task in_a_folder_too_deep_for_a_socket_listens_on_loopback_and_keeps_its_port()
    {
        var deep = OfTheSystem() with { Folder = _folder.In(new string('d', 120)) };
        var server = await PrivatePostgres.StartAsync(deep);
        var connection = new NpgsqlConnectionStringBuilder(server.ConnectionString);
        await server.StopAsync();
        var again = await PrivatePostgres.StartAsync(deep);

        Assert.Equal("127.0.0.1", connection.Host);
        Assert.Equal("127.0.0.1", await ScalarAsync(again, "show listen_addresses"));
        Assert.Equal(server.ConnectionString, again.ConnectionString);
    }

    [Fact]
    public async Task started_by_root_says_which_folder_its_user_may_not_enter()
    {
        var closed = Directory.CreateDirectory(
            _folder.In("closed"),
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        );
        var options = OfTheSystem() with { Folder = Path.Combine(closed.FullName, "postgres") };

        var error = await Record.ExceptionAsync(() => PrivatePostgres.StartAsync(options));

        if (Environment.IsPrivilegedProcess)
        {
            Assert.Contains(
                $"may not enter {closed.FullName}.",
                Assert.IsType<LocalServerException>(error).Message,
                StringComparison.Ordinal
            );
        }
        else
        {
            Assert.Null(error);
            await PrivatePostgres.StopAsync(options.Folder);
        }
    }

    [Fact]
    public async Task that_another_user_made_stays_that_users_when_root_opens_it()
    {
        var server = await PrivatePostgres.StartAsync(OfTheSystem());
        await server.StopAsync();
        if (!Environment.IsPrivilegedProcess)
        {
            return; // whoever is not root cannot open what another user made
        }

        var folder = _folder.In("postgres", "server");
        await MachinePrograms.RunAsync("chown", "-R", "nobody", folder);

        server = await PrivatePostgres.StartAsync(OfTheSystem());

        Assert.Equal(1, await ScalarAsync(server, "select 1"));
        Assert.Equal("", await MachinePrograms.RunAsync("find", folder, "-not", "-user", "nobody"));
    }

    private PrivatePostgresOptions Options() => new() { Folder = _folder.In("postgres"), BinFolder = null };

    private PrivatePostgresOptions OfTheSystem() => Options() with { BinFolder = SystemBin };

    private static async Task ExecuteAsync(PrivatePostgres server, string sql) => await ScalarAsync(server, sql);

    private static async Task<object?> ScalarAsync(PrivatePostgres server, string sql)
    {
        await using var connection = new NpgsqlConnection(server.ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }
}
