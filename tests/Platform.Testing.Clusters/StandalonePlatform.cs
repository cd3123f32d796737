using System.Globalization;
using Npgsql;
using Platform.LocalServers;

namespace Platform.Testing.Clusters;

/// <summary>The whole platform in one process, driven by <c>./platform</c>, on its own port.</summary>
/// <param name="data">Its data folder, which PostgreSQL's own user must be able to enter.</param>
/// <param name="settings">Environment variables that configure it.</param>
public sealed class StandalonePlatform(string data, params (string Name, string Value)[] settings) : IAsyncDisposable
{
    private readonly int _port = Ports.Free();
    private PlatformApi? _api;

    /// <summary>Its address.</summary>
    public string Url => $"http://127.0.0.1:{_port}";

    /// <summary>Its data folder.</summary>
    public string Data => data;

    /// <summary>Its API.</summary>
    public PlatformApi Api => _api ??= new PlatformApi(Url);

    /// <summary>Starts it, and returns when it is ready.</summary>
    public Task UpAsync() =>
        Command.SucceedAsync(
            TimeSpan.FromMinutes(3),
            settings,
            "up",
            "--detach",
            "--data",
            data,
            "--port",
            _port.ToString(CultureInfo.InvariantCulture)
        );

    /// <summary>Stops it.</summary>
    public Task DownAsync() => Command.SucceedAsync(TimeSpan.FromMinutes(1), "down", "--data", data);

    /// <summary>Creates a token, as an administrator on the platform's machine does.</summary>
    public async Task<string> CreateTokenAsync(string name) =>
        (
            await Command.SucceedAsync(
                TimeSpan.FromMinutes(1),
                "tokens",
                "create",
                name,
                "--role",
                "administrator",
                "--data",
                data
            )
        ).Trim();

    /// <summary>Creates a token of a new user with a role.</summary>
    public async Task<string> CreateTokenAsync(string user, string role) =>
        (
            await Command.SucceedAsync(
                TimeSpan.FromMinutes(1),
                "tokens",
                "create",
                user,
                "--role",
                role,
                "--data",
                data
            )
        ).Trim();

    /// <summary>Connects to the platform's own database.</summary>
    public async Task<NpgsqlDataSource> OpenDatabaseAsync()
    {
        var server = await PrivatePostgres.StartAsync(
            new PrivatePostgresOptions { Folder = Path.Combine(data, "postgres") }
        );
        return NpgsqlDataSource.Create(server.ConnectionString);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        _api?.Dispose();
        await Command.RunAsync(TimeSpan.FromMinutes(1), "down", "--data", data);
    }
}
