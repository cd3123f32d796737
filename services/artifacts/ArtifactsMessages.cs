using Platform.Artifacts.Versions;
using Platform.Contracts.Artifacts;
using Platform.EventStore;
using Platform.Messaging;

namespace Platform.Artifacts;

/// <summary>Maps stored events to published messages.</summary>
internal sealed class ArtifactsMessages : IEventMessages
{
    public ValueTask<object?> ToMessageAsync(StoredEvent stored, CancellationToken cancellationToken) =>
        ValueTask.FromResult<object?>(
            stored.Data is VersionCreated e
                ? new ArtifactVersionCreatedMessage
                {
                    Name = stored.StreamId,
                    Version = e.Number,
                    Type = e.Type,
                    Project = e.Project,
                    Size = e.Size,
                    Digest = e.Digest,
                    JobId = e.JobId,
                    Attempt = e.Attempt,
                    RunId = e.RunId,
                    CreatedAt = e.At,
                }
                : null
        );
}
