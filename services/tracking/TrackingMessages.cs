using Platform.Contracts.Tracking;
using Platform.EventStore;
using Platform.Messaging;
using Platform.Tracking.Mlflow.LoggedModels;
using Platform.Tracking.Runs;

namespace Platform.Tracking;

/// <summary>Maps stored events to published messages: what matters to those who keep files of runs and logged models.</summary>
internal sealed class TrackingMessages : IEventMessages
{
    public ValueTask<object?> ToMessageAsync(StoredEvent stored, CancellationToken cancellationToken) =>
        ValueTask.FromResult<object?>(
            stored.Data switch
            {
                // What the run is then has to be read, by whoever gets this: it is one of this service's own consumers.
                RunIdentified or RunDeleted or RunRestored or LoggedModelDeleted => new AnnounceFileOwner
                {
                    Owner = stored.StreamId,
                },
                RunPurged => new FileOwnerAnnounced
                {
                    Owner = stored.StreamId,
                    Exists = false,
                    Version = stored.Version,
                },
                // Nothing comes after it: no id is given twice.
                LoggedModelPurged => new FileOwnerAnnounced
                {
                    Owner = stored.StreamId,
                    Exists = false,
                    Version = long.MaxValue,
                },
                _ => null,
            }
        );
}
