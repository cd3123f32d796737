using Microsoft.Extensions.Options;
using Platform.ElasticLogs;
using Platform.EventStore;

namespace Platform.Nodes.HeartbeatShipping;

/// <summary>
/// Sends a summary of each node and minute to Elasticsearch. Its id is the node and the minute, so that a repeat makes no second one;
/// one process of all does it at a time.
/// </summary>
internal sealed partial class ShipHeartbeats(
    NodesStore store,
    HeartbeatMinutes minutes,
    DocumentSender sender,
    IOptions<ElasticsearchOptions> options,
    TimeProvider clock,
    IHostApplicationLifetime lifetime,
    ILogger<ShipHeartbeats> logger
) : ExclusiveLoop(store, "ship", "heartbeats", clock, lifetime)
{
    /// <summary>Heartbeats of a minute may be stored a moment after its end.</summary>
    private static readonly TimeSpan _late = TimeSpan.FromSeconds(5);

    private readonly TimeProvider _clock = clock;
    private readonly string _stream = options.Value.StreamOf("node");

    protected override TimeSpan Pause => TimeSpan.FromSeconds(10);

    /// <summary>Sends all minutes that have ended.</summary>
    protected override async Task WorkAsync(SessionLock turn, CancellationToken stoppingToken)
    {
        while (true)
        {
            var now = _clock.GetUtcNow() - _late;
            var ended = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMinute));
            if (await minutes.FindNextAsync(ended, stoppingToken) is not { } minute)
            {
                return;
            }

            var summaries = await minutes.ReadAsync(minute, stoppingToken);
            await sender.SendAsync(_stream, [.. summaries.Select(summary => summary.Document())], stoppingToken);
            await minutes.MoveAsync(minute.AddMinutes(1), stoppingToken);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Sending summaries of heartbeats to Elasticsearch failed and is tried again")]
    protected override partial void LogFailed(Exception exception);
}
