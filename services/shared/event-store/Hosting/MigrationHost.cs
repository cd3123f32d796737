using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Platform.EventStore;

/// <summary>Migrates the schema before anything else of the service starts, unless that was done; waits for a database that is still starting.</summary>
internal sealed partial class MigrationHost(EventStore store, ILogger<MigrationHost> logger) : IHostedService
{
    private bool _isDone;

    /// <summary>How long a database may take to become reachable.</summary>
    internal TimeSpan ConnectTimeout { get; init; } = DatabaseWait.DefaultLimit;

    internal EventStore Store => store;

    public Task StartAsync(CancellationToken cancellationToken) =>
        _isDone
            ? Task.CompletedTask
            : MigrateAsync(
                new DatabaseWait(store.DataSource.ConnectionString, reason => LogWaiting(store.Options.Schema, reason))
                {
                    Limit = ConnectTimeout,
                },
                cancellationToken
            );

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    internal async Task MigrateAsync(DatabaseWait wait, CancellationToken cancellationToken)
    {
        await wait.UntilAsync(store.MigrateAsync, cancellationToken);
        _isDone = true;
    }

    [LoggerMessage(1101, LogLevel.Warning, "The schema {Schema} is not there yet: {Reason}")]
    private partial void LogWaiting(string schema, string reason);
}
