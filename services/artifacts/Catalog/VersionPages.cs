using System.Globalization;
using Npgsql;
using Platform.Contracts.Artifacts;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.Catalog;

/// <summary>Pages of versions, the newest first.</summary>
internal sealed class VersionPages(ArtifactsStore store)
{
    /// <summary>The versions of one artifact.</summary>
    /// <param name="deleted">True for the deleted versions, false for the others.</param>
    /// <param name="before">Only lower version numbers.</param>
    public Task<Page<ArtifactVersion>> OfArtifactAsync(
        string name,
        bool deleted,
        int limit,
        int before,
        CancellationToken cancellationToken
    ) =>
        ReadAsync(
            $"where v.name = $1 and v.deleted_at is {(deleted ? "not null" : "null")}",
            name,
            "and v.number < $2 order by v.number desc limit $3",
            [before, limit + 1],
            limit,
            last => [last.Version.ToString(CultureInfo.InvariantCulture)],
            cancellationToken
        );

    /// <summary>The versions that a job created.</summary>
    /// <param name="before">Only rows after this one in the list.</param>
    public Task<Page<ArtifactVersion>> OfJobAsync(
        Guid jobId,
        int limit,
        (DateTimeOffset Time, string Name, int Number) before,
        CancellationToken cancellationToken
    ) =>
        ReadAsync(
            "where v.job_id = $1 and v.deleted_at is null",
            jobId,
            """
            and (v.created_at, v.name, v.number) < ($2, $3, $4)
            order by v.created_at desc, v.name desc, v.number desc limit $5
            """,
            [before.Time, before.Name, before.Number, limit + 1],
            limit,
            last => [Paging.Write(last.CreatedAt), last.Name, last.Version.ToString(CultureInfo.InvariantCulture)],
            cancellationToken
        );

    private async Task<Page<ArtifactVersion>> ReadAsync(
        string where,
        object key,
        string page,
        object[] pageParameters,
        int limit,
        Func<ArtifactVersion, string[]> cursor,
        CancellationToken cancellationToken
    )
    {
        await using var batch = store.DataSource.CreateBatch();
        var count = new NpgsqlBatchCommand($"select count(*) from artifact_version v {where}");
        count.Parameters.Add(new NpgsqlParameter { Value = key });
        batch.BatchCommands.Add(count);
        var rows = new NpgsqlBatchCommand(
            $"""
            select {ArtifactCatalog.VersionColumns}
            from artifact_version v join artifact_summary s on s.name = v.name {where} {page}
            """
        );
        rows.Parameters.Add(new NpgsqlParameter { Value = key });
        foreach (var parameter in pageParameters)
        {
            rows.Parameters.Add(new NpgsqlParameter { Value = parameter });
        }

        batch.BatchCommands.Add(rows);
        return await Page.ReadAsync(
            batch,
            limit,
            ArtifactCatalog.ReadVersion,
            (_, last) => Cursor.Encode(cursor(last)),
            cancellationToken
        );
    }
}
