using Microsoft.AspNetCore.Http.HttpResults;
using Platform.ServiceDefaults;

namespace Platform.Nodes.Membership;

/// <summary>The query of <c>GET /api/nodes</c>.</summary>
internal sealed record ListNodesQuery : ListQuery
{
    /// <summary><c>online</c>, <c>offline</c> or <c>draining</c>, or several separated by commas.</summary>
    public string? Status { get; init; }

    /// <summary>A part of the name, in any case.</summary>
    public string? Search { get; init; }
}

internal static class ReadNodesEndpoints
{
    public static void MapReadNodes(this IEndpointRouteBuilder app)
    {
        app.MapList<ListNodesQuery>("", ListAsync, "ListNodes", "List all nodes with what is free on each")
            .RequireAuthorization(Policies.Read);
        app.MapGet("/{id:guid}", GetAsync)
            .RequireAuthorization(Policies.Read)
            .WithName("GetNode")
            .WithSummary("Read one node");
    }

    private static Task<ListResult<NodeView>> ListAsync(
        [AsParameters] ListNodesQuery query,
        NodesStore store,
        HttpRequest request,
        CancellationToken cancellationToken
    )
    {
        var filter = new ListFilter();
        // As it is shown: a node that is offline and drained is offline.
        filter.AddOneOf(
            "status",
            query.Status,
            "(case when n.draining and n.status = 'online' then 'draining' else n.status end)",
            ["online", "offline", "draining"]
        );
        filter.AddSearch(
            "search",
            query.Search,
            (parameter, search) => $"n.search_name like {parameter(search.Pattern)}"
        );
        return NodeTables.List.AnswerAsync(store.DataSource, query, filter, request, cancellationToken);
    }

    internal static async Task<Results<Ok<NodeView>, ProblemHttpResult>> GetAsync(
        Guid id,
        NodeTables nodes,
        HttpContext http,
        CancellationToken ct
    )
    {
        if (await nodes.FindAsync(id, ct) is not { } node)
        {
            return ProblemResults.NotFound(NodeSentences.NotFound.With(id));
        }

        http.Response.SetETag(node.Version);
        return TypedResults.Ok(node);
    }
}
