using Microsoft.Extensions.Logging;
using Npgsql;

namespace Platform.EventStore;

/// <summary>Follows the log into a subscription: the progress moves once the page has been handled.</summary>
internal sealed class SubscriptionFollower(EventStore store, Subscription subscription, ILogger logger)
    : Follower(store, subscription.Name, logger)
{
    protected override async Task<long> HandlePageAsync(
        NpgsqlConnection connection,
        IReadOnlyList<StoredEvent> page,
        long floor,
        CancellationToken cancellationToken
    )
    {
        await subscription.HandleAsync(page, cancellationToken);

        await using var batch = new NpgsqlBatch(connection);
        batch.Add(Progress.MoveSql, Name, floor, page[^1].Sequence);
        // Handled is handled: a host that stops now must not hear of the page again.
        await batch.ExecuteNonQueryAsync(CancellationToken.None);
        return page[^1].Sequence;
    }
}
