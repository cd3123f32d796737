using Npgsql;
using NpgsqlTypes;
using Platform.Artifacts.Catalog;
using Platform.Contracts.Artifacts;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.Browsing;

/// <summary>Pages of artifacts, the last changed first.</summary>
internal sealed class ArtifactPages(ArtifactsStore store)
{
    /// <summary>Excludes artifacts that have only deleted versions.</summary>
    private const string Filter = """
        from artifact_summary
        where latest_version is not null
          and ($1 is null or type = $1)
          and ($2 is null or project = $2 or starts_with(project, $2 || '/'))
          and ($3 is null or position(lower($3) in lower(name)) > 0 or position(lower($3) in lower(description)) > 0)
        """;

    /// <param name="after">Only rows after this one in the list.</param>
    public async Task<Page<ArtifactSummary>> ReadAsync(
        ListArtifactsQuery query,
        int limit,
        (DateTimeOffset Time, string Name)? after,
        CancellationToken cancellationToken
    )
    {
        await using var batch = store.DataSource.CreateBatch();
        var count = new NpgsqlBatchCommand($"select count(*) {Filter}");
        AddFilter(count, query);
        batch.BatchCommands.Add(count);
        var page = new NpgsqlBatchCommand(
            $"""
            select name, type, project, latest_version, version_count, size, created_at, updated_at {Filter}
              and ($4 is null or (updated_at, name) < ($4, $5))
            order by updated_at desc, name desc limit $6 offset $7
            """
        );
        AddFilter(page, query);
        page.Parameters.Add(
            new NpgsqlParameter
            {
                Value = (object?)after?.Time ?? DBNull.Value,
                NpgsqlDbType = NpgsqlDbType.TimestampTz,
            }
        );
        page.Parameters.AddText(after?.Name);
        page.Parameters.Add(new NpgsqlParameter { Value = limit + 1 });
        page.Parameters.Add(new NpgsqlParameter { Value = query.Offset ?? 0 });
        batch.BatchCommands.Add(page);

        return await Page.ReadAsync(
            batch,
            limit,
            Read,
            (_, last) => Cursor.Encode(Paging.Write(last.UpdatedAt), last.Name),
            cancellationToken
        );
    }

    private static void AddFilter(NpgsqlBatchCommand command, ListArtifactsQuery query)
    {
        command.Parameters.AddText(query.Type);
        command.Parameters.AddText(query.Project);
        command.Parameters.AddText(query.Search);
    }

    private static ArtifactSummary Read(NpgsqlDataReader reader) =>
        new()
        {
            Name = reader.GetString(0),
            Type = reader.GetString(1),
            Project = reader.Nullable<string>(2),
            LatestVersion = reader.Nullable<int?>(3),
            VersionCount = reader.GetInt32(4),
            Size = reader.GetInt64(5),
            CreatedAt = reader.GetFieldValue<DateTimeOffset>(6),
            UpdatedAt = reader.GetFieldValue<DateTimeOffset>(7),
        };
}
