using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Platform.EventStore;

/// <summary>Migrates the schema before anything else of the service starts; waits for a database that is still starting.</summary>
internal sealed partial class MigrationHost(EventStore store, ILogger<MigrationHost> logger) : IHostedService
{
    /// <summary>How long a database may take to become reachable.</summary>
    internal TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(60);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        var pause = TimeSpan.FromMilliseconds(100);
        while (true)
        {
            try
            {
                await store.MigrateAsync(cancellationToken);
                return;
            }
            catch (Exception e) when (DatabaseFailures.IsUnreachable(e))
            {
                if (watch.Elapsed > ConnectTimeout)
                {
                    throw new DatabaseUnreachableException(
                        $"The database of schema '{store.Options.Schema}' could not be reached for {ConnectTimeout.TotalSeconds:0} s: {e.Message}",
                        e
                    );
                }

                LogUnreachable(store.Options.Schema, e.Message, pause.TotalSeconds);
            }

            await Task.Delay(pause, cancellationToken);
            pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, TimeSpan.TicksPerSecond * 5));
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(
        1101,
        LogLevel.Warning,
        "The database of schema {Schema} cannot be reached yet ({Reason}); trying again in {Pause} s"
    )]
    private partial void LogUnreachable(string schema, string reason, double pause);
}
