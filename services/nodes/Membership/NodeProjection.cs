using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Platform.EventStore;
using Platform.ServiceDefaults;

namespace Platform.Nodes.Membership;

/// <summary>Table <c>node</c>: every node that joined and was not removed.</summary>
internal sealed class NodeProjection : SqlProjection
{
    public override string Name => "node:v1";

    public override IReadOnlyList<string> Tables => ["node"];

    public override void Project(StoredEvent stored, NpgsqlBatch batch)
    {
        if (stored.Data is not NodeEvent @event)
        {
            return;
        }

        var id = Guid.Parse(stored.StreamId);
        switch (@event)
        {
            case NodeJoined e:
                batch.Add(
                    """
                    insert into node (node_id, name, search_name, status, draining, inventory, joined_at, changed_at, version)
                    values ($1, $2, $6, 'online', false, $3, $4, $4, $5)
                    """,
                    id,
                    e.Name,
                    Json(e.Inventory),
                    e.At,
                    stored.Version,
                    TextIndex.Fold(e.Name)
                );
                break;
            case NodeRenamed e:
                Update("name = $4, search_name = $5", e.At, e.Name, TextIndex.Fold(e.Name));
                break;
            case NodeInventoryChanged e:
                Update("inventory = $4", e.At, Json(e.Inventory));
                break;
            case NodeWentOffline e:
                Update("status = $4", e.At, "offline");
                break;
            case NodeCameOnline e:
                Update("status = $4", e.At, "online");
                break;
            case NodeDraining e:
                Update("draining = $4", e.At, true);
                break;
            case NodeResumed e:
                Update("draining = $4", e.At, false);
                break;
            case NodeRemoved:
                batch.Add("delete from node where node_id = $1", id);
                break;
        }

        void Update(string assignment, DateTimeOffset at, params object[] values) =>
            batch.Add(
                $"update node set {assignment}, changed_at = $2, version = $3 where node_id = $1",
                [id, at, stored.Version, .. values]
            );
    }

    private static NpgsqlParameter Json(Inventory inventory) =>
        new()
        {
            Value = JsonSerializer.Serialize(inventory, NodesJson.Default.Inventory),
            NpgsqlDbType = NpgsqlDbType.Jsonb,
        };
}
