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
    protected override async Task HandlePageAsync(
        NpgsqlConnection connection,
        IReadOnlyList<StoredEvent> page,
        long floor,
        CancellationToken cancellationToken
    )
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(Progress.MoveSql, Name, floor, page[^1].Sequence);
        foreach (var stored in page)
        {
            projection.Project(stored, batch);
        }

        await batch.ExecuteNonQueryAsync(cancellationToken);
    }
}
