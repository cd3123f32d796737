using MassTransit;
using Npgsql;
using Platform.Contracts.Projects;

namespace Platform.Gateway.Projects;

/// <summary>
/// Tells the services how projects are set up: all of them at start, with every change and once an hour. They are few, and so no
/// message has to arrive.
/// </summary>
internal sealed partial class AnnounceProjects(
    GatewayStore store,
    ProjectSignal signal,
    IBusControl bus,
    TimeProvider clock,
    ILogger<AnnounceProjects> logger
) : BackgroundService
{
    private const int Page = 500;
    private static readonly TimeSpan _interval = TimeSpan.FromHours(1);
    private static readonly TimeSpan _pauseAfterFailure = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await bus.WaitForHealthStatus(BusHealthStatus.Healthy, stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            var pause = _interval;
            try
            {
                await PublishAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(exception);
                pause = _pauseAfterFailure;
            }

            await signal.WaitAsync(pause, clock, stoppingToken);
        }
    }

    private async Task PublishAsync(CancellationToken cancellationToken)
    {
        for (var last = ""; ; )
        {
            var page = await ReadAsync(last, cancellationToken);
            if (page.Count > 0)
            {
                await bus.Publish(new ProjectSettingsMessage { Projects = page }, cancellationToken);
            }

            if (page.Count < Page)
            {
                return;
            }

            last = page[^1].Path;
        }
    }

    private async Task<List<ProjectSetting>> ReadAsync(string after, CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand(
            $"""
            select path, retention_days, version from project
            where path collate "C" > $1 order by path collate "C" limit {Page}
            """
        );
        command.Parameters.Add(new NpgsqlParameter { Value = after });
        var page = new List<ProjectSetting>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            page.Add(
                new ProjectSetting
                {
                    Path = reader.GetString(0),
                    RetentionDays = await reader.IsDBNullAsync(1, cancellationToken) ? null : reader.GetInt32(1),
                    Version = reader.GetInt64(2),
                }
            );
        }

        return page;
    }

    [LoggerMessage(1, LogLevel.Warning, "The settings of projects could not be announced; trying again")]
    private partial void LogFailed(Exception exception);
}
