using Microsoft.Extensions.Hosting;

namespace Platform.EventStore;

/// <summary>
/// Work that is done again and again, by one process of all at a time (<see cref="SessionLock"/>). What fails is logged and tried again
/// after the pause.
/// </summary>
/// <param name="purpose">With <paramref name="name"/> what the lock is called.</param>
public abstract class ExclusiveLoop(
    EventStore store,
    string purpose,
    string name,
    TimeProvider clock,
    IHostApplicationLifetime lifetime
) : BackgroundService
{
    /// <summary>How long to wait between two turns, and before the lock is tried again.</summary>
    protected abstract TimeSpan Pause { get; }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await lifetime.WaitForStartAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await using var turn = await SessionLock.TryTakeAsync(store, purpose, name, stoppingToken);
                if (turn is not null)
                {
                    await WorkAsync(turn, stoppingToken);
                }
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(exception);
            }

            await Task.Delay(Pause, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>One turn. What it remembers of earlier ones may be out of date: another process may have had turns since.</summary>
    protected abstract Task WorkAsync(SessionLock turn, CancellationToken stoppingToken);

    /// <summary>Says that a turn failed.</summary>
    protected abstract void LogFailed(Exception exception);
}
