using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using NpgsqlTypes;
using Platform.Artifacts.Access;
using Platform.Artifacts.Catalog;
using Platform.Artifacts.Versions;
using Platform.Contracts.Artifacts;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.Browsing;

/// <summary>The filter and page of <c>GET /api/artifacts</c>.</summary>
/// <param name="Project">The project itself and those below it.</param>
/// <param name="Search">Part of the name or description, in any case.</param>
/// <param name="Offset">How many rows to skip, to jump within a long list. Not together with a cursor.</param>
internal sealed record ListArtifactsQuery(
    string? Type,
    string? Project,
    string? Search,
    int? Limit,
    string? Cursor,
    int? Offset
);

internal static class ListArtifacts
{
    /// <summary>Excludes artifacts that have only deleted versions.</summary>
    private const string Filter = """
        from artifact_summary
        where latest_version is not null
          and ($1 is null or type = $1)
          and ($2 is null or project = $2 or starts_with(project, $2 || '/'))
          and ($3 is null or position(lower($3) in lower(name)) > 0 or position(lower($3) in lower(description)) > 0)
        """;

    public static void MapListArtifacts(this IEndpointRouteBuilder artifacts)
    {
        artifacts
            .MapGet("/", HandleAsync)
            .RequireAuthorization(Policies.Read)
            .WithName("ListArtifacts")
            .WithSummary("List artifacts, the last changed first, by type, project and search text");
        artifacts
            .MapGet("/{name}", FindAsync)
            .RequireReadAccess()
            .WithName("GetArtifact")
            .WithSummary("An artifact with its aliases");
    }

    private static async Task<Results<Ok<ArtifactDetail>, ProblemHttpResult>> FindAsync(
        string name,
        HttpResponse response,
        ArtifactCatalog catalog,
        CancellationToken cancellationToken
    )
    {
        if (await catalog.FindArtifactAsync(name, cancellationToken) is not var (artifact, revision))
        {
            return ArtifactProblems.NoArtifact(name);
        }

        response.SetETag(revision);
        return TypedResults.Ok(artifact);
    }

    private static async Task<Results<Ok<Page<ArtifactSummary>>, ProblemHttpResult>> HandleAsync(
        [AsParameters] ListArtifactsQuery query,
        ArtifactsStore store,
        CancellationToken cancellationToken
    )
    {
        if (new[] { query.Type, query.Project, query.Search }.Any(text => text is not null && !ClientText.IsText(text)))
        {
            return ProblemResults.Invalid("search", "A filter is text.");
        }

        var limit = query.Limit ?? Paging.DefaultLimit;
        if (limit is < 1 or > Paging.MaxLimit)
        {
            return ProblemResults.Invalid("limit", $"A limit is 1 to {Paging.MaxLimit}.");
        }

        if (query.Offset < 0 || (query.Offset is not null && query.Cursor is not null))
        {
            return ProblemResults.Invalid("offset", "An offset is a whole number from 0, and not sent with a cursor.");
        }

        (DateTimeOffset, string)? after = null;
        if (query.Cursor is not null)
        {
            if (
                !Cursor.TryDecode(query.Cursor, 2, out var parts)
                || !Paging.TryRead(parts[0], out var time)
                || !ClientText.IsArtifactName(parts[1])
            )
            {
                return ProblemResults.Invalid("cursor", "This is not a cursor of this list.");
            }

            after = (time, parts[1]);
        }

        return TypedResults.Ok(await ReadAsync(store, query, limit, after, cancellationToken));
    }

    private static async Task<Page<ArtifactSummary>> ReadAsync(
        ArtifactsStore store,
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
