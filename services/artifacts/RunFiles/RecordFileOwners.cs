using MassTransit;
using Platform.Contracts.Tracking;

namespace Platform.Artifacts.RunFiles;

/// <summary>Hears what tracking says of runs.</summary>
internal sealed class RecordFileOwners(FileOwners owners) : IConsumer<FileOwnerAnnounced>
{
    public Task Consume(ConsumeContext<FileOwnerAnnounced> context) =>
        owners.RecordAsync(context.Message, context.CancellationToken);
}
