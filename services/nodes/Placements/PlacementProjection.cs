using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Platform.EventStore;

namespace Platform.Nodes.Placements;

/// <summary>Waiting requests (<c>placement_request</c>) and leases (<c>lease</c>, <c>lease_gpu</c>).</summary>
internal sealed class PlacementProjection : SqlProjection
{
    public override string Name => "placement:v1";

    public override IReadOnlyList<string> Tables => ["placement_request", "lease", "lease_gpu"];

    public override void Project(StoredEvent stored, NpgsqlBatch batch)
    {
        if (stored.Data is not PlacementEvent @event)
        {
            return;
        }

        var jobId = Guid.Parse(stored.StreamId);
        switch (@event)
        {
            case PlacementRequested e:
                Request(batch, jobId, e, stored.Version);
                break;
            case PlacementGranted e:
                batch.Add("delete from placement_request where job_id = $1", jobId);
                foreach (var node in e.Nodes)
                {
                    Lease(batch, jobId, e, node);
                }

                break;
            case PlacementReleased or PlacementLost:
                batch.Add("delete from placement_request where job_id = $1", jobId);
                batch.Add("delete from lease where job_id = $1", jobId);
                batch.Add("delete from lease_gpu where job_id = $1", jobId);
                break;
        }
    }

    private static void Request(NpgsqlBatch batch, Guid jobId, PlacementRequested e, long version) =>
        batch.Add(
            """
            insert into placement_request
              (job_id, attempt, gpus, cpus, memory_mib, labels, priority, submitted_at, not_before, requested_at, version)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            """,
            jobId,
            e.Attempt,
            e.Needs.Gpus,
            e.Needs.Cpus,
            e.Needs.MemoryMiB,
            new NpgsqlParameter
            {
                Value = JsonSerializer.Serialize(e.Labels, NodesJson.Default.IReadOnlyDictionaryStringString),
                NpgsqlDbType = NpgsqlDbType.Jsonb,
            },
            e.Priority,
            e.SubmittedAt.ToUniversalTime(),
            e.NotBefore.ToUniversalTime(),
            e.At,
            version
        );

    private static void Lease(NpgsqlBatch batch, Guid jobId, PlacementGranted e, GrantedNode node)
    {
        batch.Add(
            """
            insert into lease (job_id, node_id, attempt, gpus, cpus, memory_mib, granted_at, rank)
            values ($1, $2, $3, $4, $5, $6, $7, $8)
            """,
            jobId,
            node.NodeId,
            e.Attempt,
            node.Gpus.ToArray(),
            node.Cpus,
            node.MemoryMiB,
            e.At,
            node.Rank
        );
        foreach (var gpu in node.Gpus)
        {
            batch.Add(
                "insert into lease_gpu (node_id, gpu, job_id, rank) values ($1, $2, $3, $4)",
                node.NodeId,
                gpu,
                jobId,
                node.Rank
            );
        }
    }
}
