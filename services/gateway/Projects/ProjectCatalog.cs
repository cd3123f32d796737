using Npgsql;
using Platform.EventStore;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Projects;

/// <summary>A registered project as the API shows it.</summary>
/// <param name="RetentionDays">
/// How many days the logs, artifacts and runs of ended jobs are to be kept; null for ever. Recorded for a later release: nothing
/// is deleted by it yet.
/// </param>
internal sealed record ProjectView(
    string Path,
    string? Description,
    int? RetentionDays,
    DateTimeOffset CreatedAt,
    DateTimeOffset ChangedAt,
    long Version
);

/// <summary>Reads registered projects.</summary>
internal sealed class ProjectCatalog(GatewayStore store)
{
    private const string Columns = "path, description, retention_days, created_at, changed_at, version";

    public async Task<ProjectView?> FindAsync(string path, CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand($"select {Columns} from project where path = $1");
        command.Parameters.Add(new NpgsqlParameter { Value = path });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? Read(reader) : null;
    }

    /// <summary>A page of projects by path.</summary>
    /// <param name="search">A part of the path in any case; empty for all.</param>
    /// <param name="after">The last path of the page before; empty for the first page.</param>
    public async Task<Page<ProjectView>> ListAsync(
        string search,
        string after,
        int limit,
        CancellationToken cancellationToken
    )
    {
        const string Matches = "position($1 in lower(path)) > 0";
        await using var batch = store.DataSource.CreateBatch();
        batch.Add($"select count(*) from project where {Matches}", search.ToLowerInvariant());
        batch.Add(
            $"select {Columns} from project where {Matches} and path > $2 order by path limit $3",
            search.ToLowerInvariant(),
            after,
            limit + 1
        );
        return await Page.ReadAsync(batch, limit, Read, (_, project) => Cursor.Encode(project.Path), cancellationToken);
    }

    private static ProjectView Read(NpgsqlDataReader reader) =>
        new(
            reader.GetString(0),
            reader.IsDBNull(1) ? null : reader.GetString(1),
            reader.IsDBNull(2) ? null : reader.GetInt32(2),
            reader.GetFieldValue<DateTimeOffset>(3),
            reader.GetFieldValue<DateTimeOffset>(4),
            reader.GetInt64(5)
        );
}
