using System.Data;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Platform.EventStore;

/// <summary>
/// Carries wake-ups between processes by LISTEN and NOTIFY. A notification takes a lock on the whole database at commit, so
/// it never belongs to an append: at most one goes out in a while, and none when every follower is led by this process.
/// </summary>
internal sealed partial class LogBroadcast(EventStore store, IReadOnlyList<Follower> followers, ILogger logger)
{
    private static readonly TimeSpan Debounce = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(2);

    private readonly string _channel = $"event_log_{store.Options.Schema}";

    public Task RunAsync(CancellationToken cancellationToken) =>
        // A store that nobody follows here has no followers elsewhere either.
        followers.Count == 0
            ? Task.CompletedTask
            : Task.WhenAll(RepeatAsync(AnnounceAsync, cancellationToken), RepeatAsync(ListenAsync, cancellationToken));

    private async Task AnnounceAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await store.Signal.NextAppend.WaitAsync(cancellationToken);
            await Task.Delay(Debounce, cancellationToken);
            // Before the announcement: an append that comes during it is announced again.
            store.Signal.ResetAppend();
            if (followers.All(f => f.Leads))
            {
                continue;
            }

            await using var command = store.DataSource.CreateCommand("select pg_notify($1, '')");
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = _channel });
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        await using var connection = await store.DataSource.OpenConnectionAsync(cancellationToken);
        connection.Notification += (_, _) => store.Signal.Raise();
        await using (var command = new NpgsqlCommand($"listen {StoreSchema.Quote(_channel)}", connection))
        {
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        try
        {
            while (true)
            {
                await connection.WaitAsync(cancellationToken);
            }
        }
        finally
        {
            await StopListeningAsync(connection);
        }
    }

    /// <summary>The pool gets the session back as it was.</summary>
    private static async Task StopListeningAsync(NpgsqlConnection connection)
    {
        if (connection.FullState.HasFlag(ConnectionState.Open))
        {
            await using var command = new NpgsqlCommand("unlisten *", connection);
            await command.ExecuteNonQueryAsync(CancellationToken.None);
        }
    }

    /// <summary>Wake-ups are a matter of speed, not of correctness: polling finds what a failure here keeps back.</summary>
    private async Task RepeatAsync(Func<CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await work(cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                LogFailed(store.Options.Schema, e.Message);
                await Task.WhenAny(Task.Delay(PauseAfterFailure, cancellationToken));
            }
        }
    }

    [LoggerMessage(1121, LogLevel.Warning, "{Schema}: wake-ups between processes failed ({Reason}); polling goes on")]
    private partial void LogFailed(string schema, string reason);
}
