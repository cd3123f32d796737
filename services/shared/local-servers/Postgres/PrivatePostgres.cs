using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Npgsql;

namespace Platform.LocalServers;

/// <summary>
/// A PostgreSQL of the platform's own: created at first use, reached only over a Unix socket (or loopback) with a random
/// password, opened only by the major version that made it. It survives the death of the process that started it and is
/// found again by the next one.
/// </summary>
public sealed class PrivatePostgres
{
    private const string User = "platform";
    private const int SocketPort = 5432;

    /// <summary>The longest socket folder that leaves room for the socket's name in a Unix address (107 bytes).</summary>
    private const int LongestSocketFolder = 86;
    private static readonly TimeSpan _startLimit = TimeSpan.FromSeconds(60);

    private readonly PrivatePostgresOptions _options;
    private readonly string _password;
    private readonly ServerUser? _user;
    private PostgresBinaries? _binaries;
    private string? _host;
    private int _port;

    private PrivatePostgres(PrivatePostgresOptions options)
    {
        _options = options;
        _user = ServerUser.For(DataPathOf(options.Folder));
        CreateFolders();
        _password = SecretFile.ReadOrCreate(
            Path.Combine(options.Folder, "password"),
            () => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24))
        );
    }

    /// <summary>Connects to its database.</summary>
    public string ConnectionString => Connection(_options.Database).ConnectionString;

    /// <summary>Its postmaster; null when it does not run.</summary>
    public LocalProcess? Process => ProcessOf(_options.Folder);

    private string ServerFolder => Path.Combine(_options.Folder, "server");
    private string DataPath => DataPathOf(_options.Folder);
    private string LogFile => Path.Combine(ServerFolder, "postgres.log");
    private string SocketFolder => Path.Combine(ServerFolder, "run");

    /// <summary>Creates it when it is new, adopts it when it runs, recovers it when it died; returns when it answers.</summary>
    /// <param name="report">Told what takes long.</param>
    /// <exception cref="LocalServerException">The message says what is wrong and what to do.</exception>
    public static async Task<PrivatePostgres> StartAsync(
        PrivatePostgresOptions options,
        Action<string>? report = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(options);
        var server = new PrivatePostgres(options with { Folder = Path.GetFullPath(options.Folder) });
        await server.EnsureRunningAsync(report ?? (_ => { }), cancellationToken);
        return server;
    }

    /// <summary>Starts it again when it is not running; does nothing when it is.</summary>
    public Task EnsureRunningAsync(CancellationToken cancellationToken) =>
        EnsureRunningAsync(_ => { }, cancellationToken);

    /// <summary>Stops it: open connections are closed, everything is on disk.</summary>
    public Task StopAsync(CancellationToken cancellationToken = default) =>
        StopAsync(_options.Folder, cancellationToken);

    /// <summary>Stops the server of a folder, whoever started it.</summary>
    /// <returns>False when none was running.</returns>
    public static async Task<bool> StopAsync(string folder, CancellationToken cancellationToken = default)
    {
        if (Postmaster.Find(DataPathOf(folder)) is not { } postmaster)
        {
            return false;
        }

        // SIGINT is PostgreSQL's fast shutdown: SIGTERM would wait for the clients.
        const int Interrupt = 2;
        _ = Unix.Signal(postmaster.Process.Id, Interrupt);
        if (!await WaitAsync(() => !postmaster.Process.IsRunning, _startLimit, cancellationToken))
        {
            throw new LocalServerException(
                $"PostgreSQL (process {postmaster.Process.Id}) did not stop within {_startLimit.TotalSeconds:0} s; see {Path.Combine(folder, "server", "postgres.log")}"
            );
        }

        return true;
    }

    /// <summary>The postmaster of this folder's server, whoever started it; null when it does not run.</summary>
    public static LocalProcess? ProcessOf(string folder) => Postmaster.Find(DataPathOf(folder))?.Process;

    private async Task EnsureRunningAsync(Action<string> report, CancellationToken cancellationToken)
    {
        var running = Postmaster.Find(DataPath);
        if (running is not null && !await AdoptAsync(running, cancellationToken))
        {
            running = null;
        }

        if (running is null)
        {
            await StartServerAsync(report, cancellationToken);
        }

        await CreateDatabaseAsync(cancellationToken);
    }

    /// <summary>Takes over a server that runs already.</summary>
    /// <returns>False when it was on its way down and has ended.</returns>
    private async Task<bool> AdoptAsync(Postmaster running, CancellationToken cancellationToken)
    {
        (_host, _port) = (running.Host, running.Port);
        NpgsqlException? last = null;
        var answered = await WaitAsync(
            async () =>
            {
                last = await TryConnectAsync(cancellationToken);
                return last is null || !running.Process.IsRunning;
            },
            _startLimit,
            cancellationToken
        );
        if (!running.Process.IsRunning)
        {
            return false;
        }

        return answered
            ? true
            : throw new LocalServerException(
                $"A PostgreSQL (process {running.Process.Id}) runs on {DataPath} but does not let us in: {last?.Message}",
                last
            );
    }

    private async Task StartServerAsync(Action<string> report, CancellationToken cancellationToken)
    {
        if (_user is not null)
        {
            await _user.RequireAccessAsync(ServerFolder, cancellationToken);
        }

        _binaries ??= await PostgresBinaries.FindAsync(
            _options,
            Path.Combine(_options.Folder, "packages"),
            MajorOfData(),
            report,
            cancellationToken
        );
        if (_user is not null)
        {
            await _user.RequireAccessAsync(_binaries.Folder, cancellationToken);
        }

        if (MajorOfData() is null)
        {
            report($"Creating the database (PostgreSQL {_binaries.Major}) …");
            await InitializeAsync(_binaries, cancellationToken);
        }

        // No postmaster of this folder runs, so whatever the files say is about the past; the process that they name may be
        // another PostgreSQL by now, or a zombie that was not reaped yet.
        File.Delete(Path.Combine(DataPath, "postmaster.pid"));
        File.Delete(Path.Combine(SocketFolder, $".s.PGSQL.{SocketPort}.lock"));
        WriteSettings();
        var watch = Stopwatch.StartNew();
        // Not cancelled: a postmaster that has not written its file yet would be left behind and not found.
        while (await TryStartAsync(_binaries, CancellationToken.None) is { } failure)
        {
            // Workers of a killed postmaster hold its shared memory until they notice.
            if (
                !failure.Contains("shared memory", StringComparison.Ordinal)
                || watch.Elapsed > TimeSpan.FromSeconds(20)
            )
            {
                throw new LocalServerException($"PostgreSQL does not start: {failure} (log: {LogFile})");
            }

            await Task.Delay(200, cancellationToken);
        }
    }

    private async Task InitializeAsync(PostgresBinaries binaries, CancellationToken cancellationToken)
    {
        // Made beside its place and moved there when complete, so that a crash leaves nothing half made.
        var unfinished = DataPath + ".new";
        if (Directory.Exists(unfinished))
        {
            Directory.Delete(unfinished, recursive: true);
        }

        var passwordFile = Path.Combine(ServerFolder, "password.new");
        SecretFile.Write(passwordFile, _password);
        _user?.Own(passwordFile);
        var result = await AsServerUserAsync(
            [
                binaries.Program("initdb"),
                $"--pgdata={unfinished}",
                $"--username={User}",
                $"--pwfile={passwordFile}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--no-locale",
            ],
            cancellationToken
        );
        File.Delete(passwordFile);
        if (result.ExitCode != 0)
        {
            throw new LocalServerException($"PostgreSQL cannot create its data in {DataPath}: {result.Output}");
        }

        await File.AppendAllTextAsync(
            Path.Combine(unfinished, "postgresql.conf"),
            "\ninclude 'platform.conf'\n",
            cancellationToken
        );
        Directory.Move(unfinished, DataPath);
    }

    private void WriteSettings()
    {
        var bySocket = System.Text.Encoding.UTF8.GetByteCount(SocketFolder) <= LongestSocketFolder;
        var kept = Path.Combine(_options.Folder, "port");
        if (!bySocket)
        {
            // The same port as last time, so that processes which outlived the server find it again.
            _port =
                File.Exists(kept)
                && int.TryParse(File.ReadAllText(kept), CultureInfo.InvariantCulture, out var port)
                && Ports.IsFree(port)
                    ? port
                    : Ports.Free();
            File.WriteAllText(kept, _port.ToString(CultureInfo.InvariantCulture));
        }

        (_host, _port) = bySocket ? (SocketFolder, SocketPort) : ("127.0.0.1", _port);
        var settings = Path.Combine(DataPath, "platform.conf");
        File.WriteAllText(
            settings,
            $"""
            # Written at every start.
            listen_addresses = '{(bySocket ? "" : _host)}'
            port = {_port}
            unix_socket_directories = '{(bySocket ? SocketFolder.Replace("'", "''", StringComparison.Ordinal) : "")}'
            unix_socket_permissions = 0700
            max_connections = {_options.MaxConnections}
            shared_buffers = 128MB
            fsync = on
            """
        );
        _user?.Own(settings);
    }

    /// <summary>Starts the postmaster in a session of its own, so that Ctrl-C in a terminal reaches only the platform.</summary>
    /// <returns>Null when it runs and answers, else what went wrong.</returns>
    private async Task<string?> TryStartAsync(PostgresBinaries binaries, CancellationToken cancellationToken)
    {
        var logged = File.Exists(LogFile) ? new FileInfo(LogFile).Length : 0;
        var process = LocalProcess.Start(
            [.. _user?.Prefix ?? [], binaries.Program("postgres"), "-D", DataPath],
            ServerFolder,
            LogFile
        );
        NpgsqlException? last = null;
        var ended = await WaitAsync(
            async () => !process.IsRunning || (last = await TryConnectAsync(cancellationToken)) is null,
            _startLimit,
            cancellationToken
        );
        if (ended && process.IsRunning)
        {
            return null;
        }

        if (process.IsRunning)
        {
            await process.StopAsync(TimeSpan.FromSeconds(10), cancellationToken);
            return $"it runs but does not let us in: {last?.Message}";
        }

        await using var log = new FileStream(LogFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        log.Position = logged;
        using var reader = new StreamReader(log);
        return (await reader.ReadToEndAsync(cancellationToken)).Trim();
    }

    private async Task<NpgsqlException?> TryConnectAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = new NpgsqlConnection(Unpooled("postgres"));
            await connection.OpenAsync(cancellationToken);
            return null;
        }
        catch (NpgsqlException exception)
        {
            return exception;
        }
    }

    private async Task CreateDatabaseAsync(CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(Unpooled("postgres"));
        await connection.OpenAsync(cancellationToken);
        await using var exists = new NpgsqlCommand("select 1 from pg_database where datname = $1", connection);
        exists.Parameters.Add(new NpgsqlParameter<string> { TypedValue = _options.Database });
        if (await exists.ExecuteScalarAsync(cancellationToken) is not null)
        {
            return;
        }

        var name = _options.Database.Replace("\"", "\"\"", StringComparison.Ordinal);
        await using var create = new NpgsqlCommand($"create database \"{name}\"", connection);
        await create.ExecuteNonQueryAsync(cancellationToken);
    }

    private NpgsqlConnectionStringBuilder Connection(string database) =>
        new()
        {
            Host = _host,
            Port = _port,
            Username = User,
            Password = _password,
            Database = database,
        };

    private string Unpooled(string database)
    {
        var connection = Connection(database);
        connection.Pooling = false;
        connection.Timeout = 5;
        return connection.ConnectionString;
    }

    private void CreateFolders()
    {
        if (OperatingSystem.IsWindows())
        {
            throw new LocalServerException(
                "A private PostgreSQL needs Linux or macOS; give ConnectionStrings__Platform."
            );
        }

        const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        const UnixFileMode PassThrough = UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        Directory.CreateDirectory(_options.Folder, _user is null ? Owner : Owner | PassThrough);
        foreach (var folder in (string[])[ServerFolder, SocketFolder])
        {
            Directory.CreateDirectory(folder, Owner);
            _user?.Own(folder);
        }
    }

    private Task<ProgramResult> AsServerUserAsync(IReadOnlyList<string> command, CancellationToken cancellationToken) =>
        Programs.RunAsync([.. _user?.Prefix ?? [], .. command], ServerFolder, cancellationToken);

    private static string DataPathOf(string folder) => Path.Combine(Path.GetFullPath(folder), "server", "data");

    private int? MajorOfData()
    {
        var file = Path.Combine(DataPath, "PG_VERSION");
        return File.Exists(file) ? int.Parse(File.ReadAllText(file).Trim(), CultureInfo.InvariantCulture) : null;
    }

    private static Task<bool> WaitAsync(Func<bool> condition, TimeSpan limit, CancellationToken cancellationToken) =>
        WaitAsync(() => Task.FromResult(condition()), limit, cancellationToken);

    private static async Task<bool> WaitAsync(
        Func<Task<bool>> condition,
        TimeSpan limit,
        CancellationToken cancellationToken
    )
    {
        var watch = Stopwatch.StartNew();
        while (!await condition())
        {
            if (watch.Elapsed > limit)
            {
                return false;
            }

            await Task.Delay(25, cancellationToken);
        }

        return true;
    }
}
