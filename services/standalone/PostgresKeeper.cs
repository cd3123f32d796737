using Platform.LocalServers;

namespace Platform.Standalone;

/// <summary>Restarts the private database when it has ended; the services reconnect by themselves.</summary>
internal sealed partial class PostgresKeeper(PrivatePostgres postgres, ILogger<PostgresKeeper> logger)
    : BackgroundService
{
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(_interval);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (postgres.Process is not null)
            {
                continue;
            }

            LogEnded(logger);
            try
            {
                await postgres.EnsureRunningAsync(stoppingToken);
                LogRestarted(logger);
            }
            catch (LocalServerException exception)
            {
                LogFailed(logger, exception.Message);
            }
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "The private PostgreSQL has ended; restarting it")]
    private static partial void LogEnded(ILogger logger);

    [LoggerMessage(2, LogLevel.Information, "The private PostgreSQL is running again")]
    private static partial void LogRestarted(ILogger logger);

    [LoggerMessage(3, LogLevel.Error, "The private PostgreSQL cannot be started: {Reason}")]
    private static partial void LogFailed(ILogger logger, string reason);
}
