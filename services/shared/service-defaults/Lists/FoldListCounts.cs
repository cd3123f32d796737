using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Platform.ServiceDefaults;

/// <summary>Adds up the changes of a table's counts, so that reading them stays quick (<see cref="ListCounts"/>).</summary>
internal sealed partial class FoldListCounts<TStore>(
    TStore store,
    string table,
    IReadOnlyList<string> columns,
    TimeProvider clock,
    ILogger<FoldListCounts<TStore>> log
) : BackgroundService
    where TStore : EventStore.EventStore
{
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(_interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await using var command = store.DataSource.CreateCommand(ListCounts.FoldSql(table, columns));
                await command.ExecuteNonQueryAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(log, exception, table);
            }
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "The counts of {Table} could not be added up; trying again")]
    private static partial void LogFailed(ILogger log, Exception exception, string table);
}

/// <summary>Registers what keeps the counts of lists small.</summary>
public static class ListCountsRegistration
{
    /// <summary>Adds up the changes of a table's counts from time to time.</summary>
    /// <param name="services">The services of the process.</param>
    /// <param name="table">The table.</param>
    /// <param name="columns">The columns of its counts, as in its migration.</param>
    public static IServiceCollection AddListCounts<TStore>(
        this IServiceCollection services,
        string table,
        params IReadOnlyList<string> columns
    )
        where TStore : EventStore.EventStore =>
        services.AddSingleton<IHostedService>(provider =>
            ActivatorUtilities.CreateInstance<FoldListCounts<TStore>>(provider, table, columns)
        );
}
