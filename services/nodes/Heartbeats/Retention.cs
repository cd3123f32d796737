using Microsoft.Extensions.Options;
using Platform.EventStore;

namespace Platform.Nodes.Heartbeats;

/// <summary>Deletes old telemetry and the reasons of requests that no longer wait, about once an hour.</summary>
internal sealed class Retention(NodesStore store, IOptions<NodesOptions> options)
{
    private static readonly TimeSpan _interval = TimeSpan.FromHours(1);

    private DateTimeOffset _due = DateTimeOffset.MinValue;

    public async Task ApplyAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (now < _due)
        {
            return;
        }

        await using var batch = store.DataSource.CreateBatch();
        batch.Add(
            "delete from node_telemetry where received_at < $1",
            now - TimeSpan.FromHours(options.Value.TelemetryRetentionHours)
        );
        batch.Add(
            """
            delete from placement_reason r
            where not exists (select from placement_request w where w.job_id = r.job_id and w.attempt = r.attempt)
            """
        );
        await batch.ExecuteNonQueryAsync(cancellationToken);
        _due = now + _interval;
    }
}
