using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Platform.LocalServers;

/// <summary>
/// A RabbitMQ of the platform's own, from Debian's programs: its own ports, node, folder and cookie, everything bound to
/// loopback, one user with a random password and no guest. It survives the process that started it and is found again.
/// </summary>
public sealed class LocalRabbitMq
{
    private const string User = "platform";
    private const string DebianServer = "/usr/lib/rabbitmq/bin/rabbitmq-server";
    private static readonly TimeSpan _startLimit = TimeSpan.FromSeconds(90);

    /// <summary>
    /// Its queues are on the disk a moment after it is told to stop; then RabbitMQ 3.10 takes six seconds to end its parts. To be killed
    /// costs it nothing: a message is confirmed once it is on the disk.
    /// </summary>
    private static readonly TimeSpan _stopLimit = TimeSpan.FromSeconds(2);

    private readonly string _folder;
    private Settings _settings;
    private Running? _running;

    private LocalRabbitMq(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new LocalServerException("A RabbitMQ of the platform's own needs Linux; give Messaging__RabbitMq.");
        }

        _folder = folder;
        const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        foreach (var path in (string[])[folder, Path.Combine(folder, "mnesia"), Path.Combine(folder, "log")])
        {
            Directory.CreateDirectory(path, Owner);
        }

        _settings = JsonSerializer.Deserialize<Settings>(
            SecretFile.ReadOrCreate(SettingsFile, () => JsonSerializer.Serialize(Settings.Create()))
        )!;
        _running = Running.Read(folder);
    }

    /// <summary><c>amqp://user:password@127.0.0.1:port/</c>; the same as long as the folder lives, unless its port was taken.</summary>
    public string Address => $"amqp://{User}:{_settings.Password}@127.0.0.1:{_settings.Port}/";

    /// <summary>Its management API, with which users are made; it asks for the user and password of <see cref="Address"/>.</summary>
    public Uri Management => new($"http://127.0.0.1:{_settings.ManagementPort}/");

    /// <summary>Its process; null when it does not run.</summary>
    public LocalProcess? Process => _running?.Broker is { IsRunning: true } broker ? broker : null;

    private string SettingsFile => Path.Combine(_folder, "broker.json");
    private string LogFile => Path.Combine(_folder, "log", "rabbitmq.log");

    /// <summary>Whether RabbitMQ is installed.</summary>
    public static bool IsInstalled => File.Exists(DebianServer);

    /// <summary>Starts it, or adopts it when it runs; returns when it lets its user in.</summary>
    /// <param name="folder">Where it keeps its data, log and password.</param>
    /// <exception cref="LocalServerException">The message says what is wrong and what to do.</exception>
    public static async Task<LocalRabbitMq> StartAsync(
        string folder,
        Action<string>? report = null,
        CancellationToken cancellationToken = default
    )
    {
        if (!IsInstalled)
        {
            throw new LocalServerException(
                $"RabbitMQ is not installed ({DebianServer} is missing). Install it (Debian: apt-get install rabbitmq-server)."
            );
        }

        var broker = new LocalRabbitMq(Path.GetFullPath(folder));
        if (broker.Process is not null && broker._settings.ManagementPort == 0)
        {
            // An earlier release started it, without the management API. Its queues are durable.
            await broker.StopAsync(cancellationToken);
            broker._running = null;
        }

        if (broker.Process is null)
        {
            report?.Invoke("Starting RabbitMQ …");
            await broker.LaunchAsync(cancellationToken);
        }

        await broker.WaitUntilReadyAsync(cancellationToken);
        return broker;
    }

    /// <summary>Stops it and the name server that it has for itself.</summary>
    public Task StopAsync(CancellationToken cancellationToken = default) => StopAsync(_folder, cancellationToken);

    /// <summary>Stops the broker of a folder, whoever started it.</summary>
    /// <returns>False when none was running.</returns>
    public static async Task<bool> StopAsync(string folder, CancellationToken cancellationToken = default)
    {
        if (Running.Read(folder) is not { } running)
        {
            return false;
        }

        var ran = running.Broker.IsRunning;
        await running.Broker.StopAsync(_stopLimit, cancellationToken);
        await running.NameServer.StopAsync(TimeSpan.FromSeconds(5), cancellationToken);
        Running.Forget(folder);
        return ran;
    }

    /// <summary>The broker of this folder, whoever started it; null when it does not run.</summary>
    public static LocalProcess? ProcessOf(string folder) =>
        Running.Read(folder) is { Broker: { IsRunning: true } broker } ? broker : null;

    private async Task LaunchAsync(CancellationToken cancellationToken)
    {
        if (_running is not null)
        {
            await _running.NameServer.StopAsync(TimeSpan.FromSeconds(5), cancellationToken);
        }

        if (_settings.ManagementPort == 0)
        {
            Save(_settings with { ManagementPort = Ports.Free() });
        }

        if (!await ArePortsFreeAsync(cancellationToken))
        {
            Save(Settings.Create() with { Password = _settings.Password, Node = _settings.Node });
        }

        var configuration = Path.Combine(_folder, "rabbitmq.conf");
        SecretFile.Write(
            configuration,
            $"""
            listeners.tcp.1 = 127.0.0.1:{_settings.Port}
            default_user = {User}
            default_pass = {_settings.Password}
            default_user_tags.administrator = true
            log.file = {LogFile}
            log.file.level = info
            management.tcp.ip = 127.0.0.1
            management.tcp.port = {_settings.ManagementPort}
            management.disable_stats = true
            management_agent.disable_metrics_collector = true
            """
        );
        await File.WriteAllTextAsync(
            Path.Combine(_folder, "enabled_plugins"),
            "[rabbitmq_management].\n",
            cancellationToken
        );

        // A name server (epmd) of its own: the one that Erlang would start listens on every address and stays for ever.
        var environment = EnvironmentFor(configuration);
        var nameServer = LocalProcess.Start(
            ["epmd", "-address", "127.0.0.1", "-port", $"{_settings.NamePort}"],
            _folder,
            Path.Combine(_folder, "log", "epmd.log"),
            environment
        );
        var broker = LocalProcess.Start(
            [DebianServer],
            _folder,
            Path.Combine(_folder, "log", "console.log"),
            environment
        );
        _running = new Running(broker, nameServer);
        _running.Write(_folder);
    }

    /// <summary>A broker that was killed may take a moment to let go of its ports.</summary>
    private async Task<bool> ArePortsFreeAsync(CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        int[] ports = [_settings.Port, _settings.NamePort, _settings.NodePort, _settings.ManagementPort];
        while (!Array.TrueForAll(ports, Ports.IsFree))
        {
            if (watch.Elapsed > TimeSpan.FromSeconds(5))
            {
                return false;
            }

            await Task.Delay(100, cancellationToken);
        }

        return true;
    }

    private Dictionary<string, string?> EnvironmentFor(string configuration) =>
        new(StringComparer.Ordinal)
        {
            ["HOME"] = _folder,
            ["RABBITMQ_NODENAME"] = $"{_settings.Node}@localhost",
            ["RABBITMQ_MNESIA_BASE"] = Path.Combine(_folder, "mnesia"),
            ["RABBITMQ_LOG_BASE"] = Path.Combine(_folder, "log"),
            ["RABBITMQ_CONFIG_FILE"] = configuration,
            ["RABBITMQ_CONF_ENV_FILE"] = "/dev/null",
            ["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(_folder, "enabled_plugins"),
            ["RABBITMQ_NODE_IP_ADDRESS"] = "127.0.0.1",
            ["RABBITMQ_NODE_PORT"] = $"{_settings.Port}",
            ["RABBITMQ_DIST_PORT"] = $"{_settings.NodePort}",
            ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
            ["ERL_EPMD_PORT"] = $"{_settings.NamePort}",
            // The start script then becomes the server instead of staying as its parent; its output is in our hands.
            ["RABBITMQ_ALLOW_INPUT"] = "1",
            ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "-noinput -kernel inet_dist_use_interface {127,0,0,1}",
        };

    private async Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        while (await TryConnectAsync(cancellationToken) is { } failure)
        {
            if (Process is not null && watch.Elapsed < _startLimit)
            {
                await Task.Delay(100, cancellationToken);
                continue;
            }

            var ended = Process is null;
            await StopAsync(cancellationToken);
            throw new LocalServerException(
                $"RabbitMQ {(ended ? "ended while it started" : $"does not answer: {failure}")}. Its log: {LogFile}"
            );
        }
    }

    /// <returns>Null when it let its user in, else why not.</returns>
    private async Task<string?> TryConnectAsync(CancellationToken cancellationToken)
    {
        var factory = new ConnectionFactory
        {
            Uri = new Uri(Address),
            AutomaticRecoveryEnabled = false,
            RequestedConnectionTimeout = TimeSpan.FromSeconds(5),
            ContinuationTimeout = TimeSpan.FromSeconds(5),
        };
        try
        {
            await using var connection = await factory.CreateConnectionAsync(cancellationToken);
            return null;
        }
        catch (BrokerUnreachableException exception)
        {
            return (exception.InnerException ?? exception).Message;
        }
    }

    private void Save(Settings settings)
    {
        _settings = settings;
        SecretFile.Write(SettingsFile, JsonSerializer.Serialize(settings));
    }

    /// <summary>What stays the same over restarts.</summary>
    /// <param name="ManagementPort">0 in a folder of an earlier release.</param>
    private sealed record Settings(
        string Node,
        int Port,
        int NodePort,
        int NamePort,
        string Password,
        int ManagementPort = 0
    )
    {
        public static Settings Create()
        {
            var node = $"platform-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}";
            var password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
            return new Settings(node, Ports.Free(), Ports.Free(), Ports.Free(), password, Ports.Free());
        }
    }

    /// <summary>The processes that were started last.</summary>
    private sealed record Running(LocalProcess Broker, LocalProcess NameServer)
    {
        public static Running? Read(string folder)
        {
            try
            {
                return JsonSerializer.Deserialize<Running>(File.ReadAllText(FileIn(folder)));
            }
            catch (Exception exception) when (exception is IOException or JsonException)
            {
                return null;
            }
        }

        public void Write(string folder) => SecretFile.Write(FileIn(folder), JsonSerializer.Serialize(this));

        public static void Forget(string folder) => File.Delete(FileIn(folder));

        private static string FileIn(string folder) => Path.Combine(folder, "processes.json");
    }
}
