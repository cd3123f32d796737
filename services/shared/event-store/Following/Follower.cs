using Microsoft.Extensions.Logging;
using Npgsql;

namespace Platform.EventStore;

/// <summary>
/// Follows the log under one name: waits to lead, then handles page after page from the stored progress. Whatever goes
/// wrong ends the leadership; after a pause that grows, the follower starts over from the stored progress.
/// </summary>
internal abstract partial class Follower(EventStore store, string name, ILogger logger)
{
    private static readonly TimeSpan StandbyInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestWaitInGap = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>A database that comes back should not be waited for longer than it was away.</summary>
    private static readonly TimeSpan LongestPauseWithoutDatabase = TimeSpan.FromSeconds(2);

    private TimeSpan _pause = FirstPause;
    private volatile bool _leads;

    public string Name { get; } = name;

    /// <summary>True while this process handles the log under this name.</summary>
    public bool Leads => _leads;

    /// <summary>Seconds that the present gap in the log has been holding this follower; 0 without one.</summary>
    public double GapAge { get; private set; }

    /// <summary>Why it does not get on, in one sentence; null while it does.</summary>
    public string? Failure { get; private set; }

    protected EventStore Store { get; } = store;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await using var lead = await SessionLock.TryTakeAsync(Store, "follow", Name, cancellationToken);
                if (lead is null)
                {
                    Failure = null;
                    await Task.Delay(StandbyInterval, cancellationToken);
                    continue;
                }

                _leads = true;
                LogLeads(Store.Options.Schema, Name);
                await RelaxAsync(lead.Connection, cancellationToken);
                await FollowAsync(lead.Connection, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                _leads = false;
                await PauseAfterAsync(e, cancellationToken);
            }
            finally
            {
                _leads = false;
                GapAge = 0;
            }
        }
    }

    /// <summary>Handles one page, or as much of it as can be handled, and moves the progress from <paramref name="floor"/> on.</summary>
    /// <param name="connection">The leader's own session.</param>
    /// <returns>The sequence of the last event that was handled.</returns>
    protected abstract Task<long> HandlePageAsync(
        NpgsqlConnection connection,
        IReadOnlyList<StoredEvent> page,
        long floor,
        CancellationToken cancellationToken
    );

    /// <summary>A follower's commits need not reach the disk at once: one that is lost goes back with its progress and comes again.</summary>
    private static async Task RelaxAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("set synchronous_commit to off", connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task FollowAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var reader = Store.ReadLogFrom(await Progress.ReadOrStartAsync(connection, Name, cancellationToken));
        while (true)
        {
            var next = Store.Signal.Next;
            var floor = reader.Mark;
            var page = await reader.ReadAsync(connection, Store.Options.PageSize, cancellationToken);
            GapAge = reader.HeldFor?.TotalSeconds ?? 0;
            if (page.Count > 0)
            {
                var reached = await HandlePageAsync(connection, page, floor, cancellationToken);
                _pause = FirstPause;
                Failure = null;
                if (reached != reader.Mark)
                {
                    reader = Store.ReadLogFrom(reached);
                    continue;
                }

                if (page.Count == Store.Options.PageSize)
                {
                    continue;
                }

                // Less than a page was all there was; whatever was appended since it was read has woken this up.
            }

            await WaitAsync(next, reader.HeldFor, cancellationToken);
        }
    }

    /// <summary>Most gaps are writers about to commit, so a young one is looked at again soon, an old one ever more rarely.</summary>
    private async Task WaitAsync(Task wakeUp, TimeSpan? heldFor, CancellationToken cancellationToken)
    {
        var poll = Store.Options.PollInterval;
        var longest = heldFor is null || poll < LongestWaitInGap ? poll : LongestWaitInGap;
        var wait =
            heldFor is not { } age ? longest
            : age < ShortestWait ? ShortestWait
            : age < longest ? age
            : longest;
        using var slept = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(wakeUp, Task.Delay(wait, slept.Token));
        await slept.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }

    private async Task PauseAfterAsync(Exception exception, CancellationToken cancellationToken)
    {
        var longest = DatabaseFailures.IsUnreachable(exception) ? LongestPauseWithoutDatabase : LongestPause;
        var pause = _pause < longest ? _pause : longest;
        _pause = TimeSpan.FromTicks(Math.Min(_pause.Ticks * 2, LongestPause.Ticks));
        if (exception is PostgresException { SqlState: StoreSchema.ProgressFenced })
        {
            LogFenced(Store.Options.Schema, Name);
        }
        else if (DatabaseFailures.IsUnreachable(exception))
        {
            LogUnreachable(Store.Options.Schema, Name, exception.Message, pause.TotalSeconds);
        }
        else
        {
            Failure = $"{Name}: {exception.Message}";
            LogFailed(exception, Store.Options.Schema, Name, exception.Message, pause.TotalSeconds);
        }

        try
        {
            await Task.Delay(pause, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The host stops; the loop sees it.
        }
    }

    [LoggerMessage(1111, LogLevel.Debug, "{Schema}: this process leads {Follower}")]
    private partial void LogLeads(string schema, string follower);

    [LoggerMessage(
        1112,
        LogLevel.Information,
        "{Schema}: the progress of {Follower} was moved elsewhere; starting over"
    )]
    private partial void LogFenced(string schema, string follower);

    [LoggerMessage(1113, LogLevel.Error, "{Schema}: {Follower} failed ({Reason}); trying again in {Pause} s")]
    private partial void LogFailed(Exception exception, string schema, string follower, string reason, double pause);

    [LoggerMessage(
        1114,
        LogLevel.Warning,
        "{Schema}: {Follower} cannot reach what it needs ({Reason}); trying again in {Pause} s"
    )]
    private partial void LogUnreachable(string schema, string follower, string reason, double pause);
}
