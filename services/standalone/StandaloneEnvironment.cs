using Platform.LocalServers;

namespace Platform.Standalone;

/// <summary>
/// The platform's environment: its data folder, locked for it, its database, its secrets and its log file. Disposing it
/// stops the database.
/// </summary>
internal sealed class StandaloneEnvironment : IAsyncDisposable
{
    private readonly IDisposable? _claim;
    private readonly LogFile? _log;
    private DatabaseClaim? _database;

    private StandaloneEnvironment(StandaloneSettings settings, DataFolder data, IDisposable? claim, LogFile? log)
    {
        (Settings, Data, _claim, _log) = (settings, data, claim, log);
    }

    public StandaloneSettings Settings { get; }

    public DataFolder Data { get; }

    /// <summary>The logs that it does not write itself: its own when it was started in the background, and its database's.</summary>
    public IReadOnlyList<string> LogsOfOthers =>
        [
            .. Settings.LogFile is "" ? (string[])[Data.PathOf("logs", "platform.log")] : [],
            Data.PathOf("postgres", "server", "postgres.log"),
        ];

    /// <summary>The private database; null when another one was configured.</summary>
    public PrivatePostgres? Postgres { get; private set; }

    /// <summary>The modules' configuration, as command-line arguments.</summary>
    public IReadOnlyList<string> ModuleArguments { get; private set; } = [];

    public static async Task<StandaloneEnvironment> OpenAsync(string[] args, CancellationToken cancellationToken)
    {
        var settings = new StandaloneSettings(args);
        var data = new DataFolder(settings.DataPath);
        if (settings.WorksOnDatabaseOnly)
        {
            // It may run beside a running platform, on the database that is configured.
            return new StandaloneEnvironment(settings, data, claim: null, log: null);
        }

        var claim = Lock(data);
        var environment = new StandaloneEnvironment(
            settings,
            data,
            claim,
            LogFile.Open(settings.LogFile ?? data.PathOf("logs", "platform.log"))
        );
        try
        {
            settings.RequireFreePort();
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
        // Also one that was still starting.
        if (Settings.Database is null && _claim is not null)
        {
            await PrivatePostgres.StopAsync(Data.PathOf("postgres"), CancellationToken.None);
        }

        if (_database is not null)
        {
            await _database.DisposeAsync();
        }

        _log?.Dispose();
        _claim?.Dispose();
    }

    private static IDisposable Lock(DataFolder data)
    {
        try
        {
            return data.Lock();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new LocalServerException(
                $"The data folder {data.Root} cannot be written to: {FileProblems.ReasonOf(exception)}. Run the platform as the folder's owner, or choose another folder with --data.",
                exception
            );
        }
    }

    private async Task PrepareAsync(CancellationToken cancellationToken)
    {
        if (Settings.Database is { } database)
        {
            _database = await DatabaseClaim.TakeAsync(database, StandaloneHost.Say, cancellationToken);
        }
        else
        {
            Postgres = await PrivatePostgres.StartAsync(
                new PrivatePostgresOptions { Folder = Data.PathOf("postgres") },
                Console.WriteLine,
                cancellationToken
            );
        }

        var defaults = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["urls"] = Settings.Urls,
            ["Platform:TokenKey"] = Data.Secret("token-key"),
            ["Nodes:JoinToken"] = Data.Secret("join-token"),
            ["Artifacts:Folder"] = Data.Folder("blobs"),
            ["Agent:Server"] = Settings.LocalAddress.AbsoluteUri.TrimEnd('/'),
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

        ModuleArguments = [.. Settings.Defaults(defaults)];
    }
}
