using System.Diagnostics;
using System.Net.Sockets;
using Platform.LocalServers;

namespace Platform.Testing;

/// <summary>
/// A real S3 server on loopback: OpenStack Swift with its s3api, one process of each kind, from Debian's packages
/// swift-proxy, swift-account, swift-container, swift-object and memcached. Everything lies in a temporary folder, whose
/// file system must support extended attributes.
/// </summary>
public sealed class S3Server : IAsyncDisposable
{
    private static readonly string[] _storage = ["account", "container", "object"];

    // Ends the server when its standard input closes, which it also does when the test process is killed.
    private const string Guard = """log=$1; shift; "$@" >"$log" 2>&1 </dev/null & cat >/dev/null; kill -9 $!; wait""";

    private readonly List<Process> _guards = [];
    private readonly string _folder = Directory.CreateTempSubdirectory("s3-server-").FullName;
    private readonly int _port = Ports.Free();
    private readonly int _cachePort = Ports.Free();
    private readonly Dictionary<string, int> _ports = _storage.ToDictionary(
        kind => kind,
        _ => Ports.Free(),
        StringComparer.Ordinal
    );

    private S3Server() { }

    /// <summary>The address; requests are path style, the region is <c>us-east-1</c>.</summary>
    public string Endpoint => $"http://127.0.0.1:{_port}";

    /// <summary>The user.</summary>
    public string AccessKey { get; } = "test:tester";

    /// <summary>The user's secret.</summary>
    public string SecretKey { get; } = "testing";

    private string Config => Path.Combine(_folder, "etc");

    /// <summary>Starts a server without buckets.</summary>
    public static async Task<S3Server> StartAsync()
    {
        var server = new S3Server();
        try
        {
            await server.ConfigureAsync();
            await server.StartProcessesAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        foreach (var guard in _guards)
        {
            guard.StandardInput.Close();
        }

        foreach (var guard in _guards)
        {
            await guard.WaitForExitAsync();
            guard.Dispose();
        }

        // A server that was just killed may still have been writing.
        await WaitFor.ConditionAsync(
            "the S3 server's folder to be deleted",
            () =>
            {
                try
                {
                    Directory.Delete(_folder, recursive: true);
                }
                catch (IOException) when (Directory.Exists(_folder))
                {
                    return Task.FromResult(false);
                }

                return Task.FromResult(true);
            }
        );
    }

    private async Task ConfigureAsync()
    {
        Directory.CreateDirectory(Config);
        Directory.CreateDirectory(Path.Combine(_folder, "node", "d1"));
        await File.WriteAllTextAsync(
            Path.Combine(Config, "swift.conf"),
            """
            [swift-hash]
            swift_hash_path_suffix = tests
            swift_hash_path_prefix = tests
            [storage-policy:0]
            name = gold
            default = yes

            """
        );
        await WriteRingsAsync();
        foreach (var kind in _storage)
        {
            await WriteServerAsync(
                $"{kind}-server",
                _ports[kind],
                $"""
                mount_check = false
                devices = {Path.Combine(_folder, "node")}
                [pipeline:main]
                pipeline = {kind}-server
                [app:{kind}-server]
                use = egg:swift#{kind}

                """
            );
        }

        await WriteServerAsync(
            "proxy-server",
            _port,
            $"""
            [pipeline:main]
            pipeline = catch_errors cache listing_formats s3api tempauth slo proxy-server
            [app:proxy-server]
            use = egg:swift#proxy
            account_autocreate = true
            [filter:catch_errors]
            use = egg:swift#catch_errors
            [filter:cache]
            use = egg:swift#memcache
            memcache_servers = 127.0.0.1:{_cachePort}
            [filter:listing_formats]
            use = egg:swift#listing_formats
            [filter:s3api]
            use = egg:swift#s3api
            location = us-east-1
            [filter:tempauth]
            use = egg:swift#tempauth
            user_test_tester = {SecretKey} .admin
            [filter:slo]
            use = egg:swift#slo

            """
        );
    }

    private Task WriteServerAsync(string name, int port, string rest) =>
        File.WriteAllTextAsync(
            Path.Combine(Config, $"{name}.conf"),
            $"""
            [DEFAULT]
            bind_ip = 127.0.0.1
            conn_timeout = 10
            node_timeout = 60
            container_update_timeout = 60
            bind_port = {port}
            workers = 0
            swift_dir = {Config}
            user = {Environment.UserName}
            log_level = WARNING
            {rest}
            """
        );

    private async Task StartProcessesAsync()
    {
        Guarded("memcached", "memcached", "-u", "nobody", "-l", "127.0.0.1", "-p", $"{_cachePort}");
        foreach (var kind in _storage.Append("proxy"))
        {
            Guarded(kind, $"/usr/bin/swift-{kind}-server", Path.Combine(Config, $"{kind}-server.conf"));
        }

        foreach (var port in _ports.Values.Append(_cachePort).Append(_port))
        {
            await WaitFor.ConditionAsync(
                $"the S3 server to listen on port {port}",
                () => AnswersAsync(port),
                // Five Python programs on a busy machine.
                TimeSpan.FromMinutes(2),
                Logs
            );
        }
    }

    private void Guarded(string name, params string[] command)
    {
        string[] arguments = ["-c", Guard, "sh", Path.Combine(_folder, $"{name}.log"), .. command];
        var start = new ProcessStartInfo("sh", arguments) { RedirectStandardInput = true };
        start.Environment["SWIFT_DIR"] = Config;
        _guards.Add(Process.Start(start)!);
    }

    /// <summary>Writes the three rings of one device each in one process; the command would need nine.</summary>
    private async Task WriteRingsAsync()
    {
        const string Script = """
            import sys
            from swift.common.ring import RingBuilder
            for argument in sys.argv[2:]:
                kind, port = argument.split('=')
                ring = RingBuilder(4, 1, 1)
                ring.add_dev({'region': 1, 'zone': 1, 'ip': '127.0.0.1', 'port': int(port), 'device': 'd1', 'weight': 1})
                ring.rebalance()
                ring.get_ring().save(f'{sys.argv[1]}/{kind}.ring.gz')
            """;
        string[] arguments = ["-c", Script, Config, .. _ports.Select(port => $"{port.Key}={port.Value}")];
        using var process = Process.Start(
            new ProcessStartInfo("/usr/bin/python3", arguments) { RedirectStandardError = true }
        )!;
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"The S3 server's rings cannot be written: {errors}");
        }
    }

    private static async Task<bool> AnswersAsync(int port)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync("127.0.0.1", port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private string Logs() =>
        string.Join(
            '\n',
            Directory
                .EnumerateFiles(_folder, "*.log")
                .Select(log => $"{Path.GetFileName(log)}: {File.ReadAllText(log)}")
        );
}
