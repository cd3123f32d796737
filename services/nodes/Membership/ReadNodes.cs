using Microsoft.AspNetCore.Http.HttpResults;
using Platform.ServiceDefaults;

namespace Platform.Nodes.Membership;

internal static class ReadNodesEndpoints
{
    public static void MapReadNodes(this IEndpointRouteBuilder app)
    {
        app.MapGet("", ListAsync)
            .RequireAuthorization(Policies.Read)
            .WithName("ListNodes")
            .WithSummary("List all nodes with what is free on each");
        app.MapGet("/{id:guid}", GetAsync)
            .RequireAuthorization(Policies.Read)
            .WithName("GetNode")
            .WithSummary("Read one node");
    }

    internal static async Task<Ok<NodeList>> ListAsync(NodeTables nodes, CancellationToken ct) =>
        TypedResults.Ok(new NodeList(await nodes.ListAsync(ct)));

    internal static async Task<Results<Ok<NodeView>, ProblemHttpResult>> GetAsync(
        Guid id,
        NodeTables nodes,
        HttpContext http,
        CancellationToken ct
    )
    {
        if (await nodes.FindAsync(id, ct) is not { } node)
        {
            return ProblemResults.NotFound("node", id);
        }

        http.Response.SetETag(node.Version);
        return TypedResults.Ok(node);
    }
}
