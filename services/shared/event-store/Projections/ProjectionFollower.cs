using Microsoft.Extensions.Logging;
using Npgsql;

namespace Platform.EventStore;

/// <summary>
/// Follows the log into a projection's tables: the page's commands and the progress are one transaction. The progress comes
/// first, so that a process that no longer leads fails before it touches a table.
/// </summary>
internal sealed class ProjectionFollower(EventStore store, SqlProjection projection, ILogger logger)
    : Follower(store, projection.Name, logger)
{
    protected override async Task<long> HandlePageAsync(
        NpgsqlConnection connection,
        IReadOnlyList<StoredEvent> page,
        long floor,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await using var batch = new NpgsqlBatch(connection);
            batch.Add(Progress.MoveSql, Name, floor, page[^1].Sequence);
            var commands = new ProjectionBatch(projection, Store.Options.Schema, batch);
            foreach (var stored in page)
            {
                commands.Add(stored);
            }

            await commands.ExecuteAsync(cancellationToken);
            return page[^1].Sequence;
        }
        catch (EventFailedException e) when (e.Sequence != page[0].Sequence)
        {
            // What comes before the event at fault is shown; the event fails the next page.
            var before = page.TakeWhile(stored => stored.Sequence != e.Sequence).ToList();
            return await HandlePageAsync(connection, before, floor, cancellationToken);
        }
    }
}
