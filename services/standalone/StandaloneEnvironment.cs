using Platform.LocalServers;

namespace Platform.Standalone;

/// <summary>
/// What the platform stands on: its data folder, which is its alone, its database, its secrets and its log file. Leaving it
/// stops the database.
/// </summary>
internal sealed class StandaloneEnvironment : IAsyncDisposable
{
    private readonly IDisposable? _claim;
    private readonly LogFile? _log;

    private StandaloneEnvironment(StandaloneSettings given, DataFolder data, IDisposable? claim, LogFile? log)
    {
        (Given, Data, _claim, _log) = (given, data, claim, log);
    }

    public StandaloneSettings Given { get; }

    public DataFolder Data { get; }

    /// <summary>The private database; null when another one was configured.</summary>
    public PrivatePostgres? Postgres { get; private set; }

    /// <summary>What the modules are configured with, as arguments.</summary>
    public IReadOnlyList<string> Settings { get; private set; } = [];

    public static async Task<StandaloneEnvironment> OpenAsync(string[] args, CancellationToken cancellationToken)
    {
        var given = new StandaloneSettings(args);
        var data = new DataFolder(given.DataPath);
        if (given.Rebuild is not null)
        {
            // It works beside a platform that runs, on the database that it is given.
            return new StandaloneEnvironment(given, data, claim: null, log: null);
        }

        var claim = data.Lock();
        var environment = new StandaloneEnvironment(
            given,
            data,
            claim,
            LogFile.Open(given.LogFile ?? data.PathOf("logs", "platform.log"))
        );
        try
        {
            given.RequireFreePort();
            await environment.PrepareAsync(cancellationToken);
            return environment;
        }
        catch
        {
            await environment.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Postgres is not null)
        {
            await Postgres.StopAsync(CancellationToken.None);
        }

        _log?.Dispose();
        _claim?.Dispose();
    }

    private async Task PrepareAsync(CancellationToken cancellationToken)
    {
        if (Given.Database is null)
        {
            Postgres = await PrivatePostgres.StartAsync(
                new PrivatePostgresOptions { Folder = Data.PathOf("postgres") },
                Console.WriteLine,
                cancellationToken
            );
        }

        var defaults = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["urls"] = Given.Urls,
            ["Platform:TokenKey"] = Data.Secret("token-key"),
            ["Nodes:JoinToken"] = Data.Secret("join-token"),
            ["Artifacts:Folder"] = Data.Folder("blobs"),
            ["Agent:Server"] = Given.LocalAddress.AbsoluteUri.TrimEnd('/'),
            ["Agent:JoinToken"] = Data.Secret("join-token"),
            ["Agent:StateFolder"] = Data.Folder("agent"),
            ["Agent:OnStop"] = "Stop",
        };
        if (Data.FindSecret("previous-token-key") is { } previous)
        {
            defaults["Platform:PreviousTokenKey"] = previous;
        }

        if (Postgres is not null)
        {
            defaults["ConnectionStrings:Platform"] = Postgres.ConnectionString;
        }

        Settings = [.. Given.Defaults(defaults)];
    }
}
