using Microsoft.AspNetCore.Http.HttpResults;
using Platform.Contracts.Artifacts;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.RunFiles;

/// <summary>The query of <c>GET /api/runs/{id}/media</c>.</summary>
internal sealed record ListRunMediaQuery : ListQuery
{
    /// <summary>Only of this key.</summary>
    public string? Key { get; init; }

    /// <summary>One kind, or several separated by commas.</summary>
    public string? Kind { get; init; }
}

/// <summary>Lists what media a run has.</summary>
internal static class ReadRunMedia
{
    private const int MaxKeys = 1000;

    private static readonly ListDefinition<RunMedia> _media = new()
    {
        Table = "run_media m",
        Columns = "m.key, m.step, m.kind, m.path, m.caption, m.at",
        Keys =
        [
            ListColumn.Text("m.owner"),
            ListColumn.Text("m.key"),
            ListColumn.LargeNumber("m.step"),
            ListColumn.Text("m.path"),
        ],
        Sorts = new Dictionary<string, ListColumn>(StringComparer.Ordinal)
        {
            ["key"] = ListColumn.Text("m.key"),
            ["step"] = ListColumn.LargeNumber("m.step"),
            ["at"] = ListColumn.Time("m.at"),
        },
        DefaultSort = "key",
        Read = row => new RunMedia
        {
            Key = row.Value<string>("key"),
            Step = row.Value<long>("step"),
            Kind = row.Value<string>("kind"),
            Path = row.Value<string>("path"),
            Caption = row.TextOrNull("caption"),
            At = row.Value<DateTimeOffset>("at"),
        },
    };

    public static void MapReadRunMedia(this IEndpointRouteBuilder runs)
    {
        runs.MapList<ListRunMediaQuery>(
                "/media",
                ListAsync,
                "ListRunMedia",
                "Images, tables, histograms and texts of a run, by key and step"
            )
            .RequireAuthorization(Policies.ReadRun);
        runs.MapGet("/media/keys", ReadKeysAsync)
            .RequireAuthorization(Policies.ReadRun)
            .WithName("ListRunMediaKeys")
            .WithSummary("What media a run has: keys with their steps, at most 1000");
    }

    private static async Task<Results<ListResult<RunMedia>, ProblemHttpResult>> ListAsync(
        string id,
        [AsParameters] ListRunMediaQuery query,
        ArtifactsStore store,
        RunFileAccess access,
        HttpRequest request,
        CancellationToken cancellationToken
    )
    {
        var (owner, refusal) = await access.FindAsync(id, request.HttpContext);
        if (refusal is not null)
        {
            return refusal;
        }

        var filter = new ListFilter();
        filter.Add(parameter => $"m.owner = {parameter(owner!.Id)}");
        if (filter.TakesText("key", query.Key))
        {
            filter.Add(parameter => $"m.key = {parameter(query.Key)}");
        }

        filter.AddOneOf("kind", query.Kind, "m.kind", AddRunMediaEndpoint.Kinds);
        return await _media.AnswerAsync(store.DataSource, query, filter, request, cancellationToken);
    }

    private static async Task<Results<Ok<IReadOnlyList<RunMediaKey>>, ProblemHttpResult>> ReadKeysAsync(
        string id,
        HttpContext context,
        RunMediaStore media,
        RunFileAccess access
    )
    {
        var (owner, refusal) = await access.FindAsync(id, context);
        if (refusal is not null)
        {
            return refusal;
        }

        return TypedResults.Ok(await media.ReadKeysAsync(owner!.Id, MaxKeys, context.RequestAborted));
    }
}
