using Npgsql;
using Platform.EventStore;

namespace Platform.Gateway.Projects;

internal sealed class ProjectProjection : SqlProjection
{
    public override string Name => "project:v1";

    public override IReadOnlyList<string> Tables => ["project"];

    public override void Project(StoredEvent stored, NpgsqlBatch batch)
    {
        switch (stored.Data)
        {
            case ProjectCreated e:
                batch.Add(
                    """
                    insert into project (path, description, retention_days, created_at, changed_at, version)
                    values ($1, $2, $3, $4, $4, $5)
                    """,
                    e.Path,
                    e.Description,
                    e.RetentionDays,
                    e.At,
                    stored.Version
                );
                break;
            case ProjectChanged e:
                batch.Add(
                    """
                    update project set description = $2, retention_days = $3, changed_at = $4, version = $5
                    where path = $1
                    """,
                    ProjectPaths.PathOf(stored.StreamId),
                    e.Description,
                    e.RetentionDays,
                    e.At,
                    stored.Version
                );
                break;
        }
    }
}
