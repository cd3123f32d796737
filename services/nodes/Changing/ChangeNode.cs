using Microsoft.AspNetCore.Http.HttpResults;
using Platform.Nodes.Membership;
using Platform.ServiceDefaults;

namespace Platform.Nodes.Changing;

/// <summary>Drain, resume and remove. All accept <c>If-Match</c>, and a repeat changes nothing.</summary>
internal static class ChangeNodeEndpoints
{
    public static void MapChangeNode(this IEndpointRouteBuilder app)
    {
        app.MapPost("/{id:guid}/drain", DrainAsync)
            .RequireAuthorization(Policies.Edit)
            .WithName("DrainNode")
            .WithSummary("Drain a node: it gets no new work; running jobs continue");
        app.MapPost("/{id:guid}/resume", ResumeAsync)
            .RequireAuthorization(Policies.Edit)
            .WithName("ResumeNode")
            .WithSummary("Resume a drained node: it gets new work again");
        app.MapDelete("/{id:guid}", RemoveAsync)
            .RequireAuthorization(Policies.Administer)
            .WithName("RemoveNode")
            .WithSummary("Remove a node; with force also while jobs run there, which are then retried elsewhere");
    }

    internal static Task<Results<Ok<NodeView>, ProblemHttpResult>> DrainAsync(
        Guid id,
        NodeChanges changes,
        HttpContext http,
        CancellationToken ct
    ) => ChangeAsync(id, new DrainNode(), changes, http, ct);

    internal static Task<Results<Ok<NodeView>, ProblemHttpResult>> ResumeAsync(
        Guid id,
        NodeChanges changes,
        HttpContext http,
        CancellationToken ct
    ) => ChangeAsync(id, new ResumeNode(), changes, http, ct);

    internal static async Task<Results<NoContent, ProblemHttpResult>> RemoveAsync(
        Guid id,
        NodeChanges changes,
        HttpContext http,
        CancellationToken ct,
        bool force = false
    )
    {
        if (!http.Request.TryGetIfMatch(out var ifMatch))
        {
            return ProblemResults.UnknownVersion();
        }

        if (await changes.Nodes.FindAsync(id, ct) is not { } node)
        {
            return ProblemResults.NotFound(NodeSentences.NotFound.With(id));
        }

        if (node.Leases.Count > 0 && !force)
        {
            return ProblemResults.Problem(
                StatusCodes.Status409Conflict,
                NodeSentences.InUse.With(node.Name, node.Leases.Count)
            );
        }

        var refusal = await changes.ApplyAsync(id, new RemoveNode(), ifMatch, http.EventMetadata(id.ToString()), ct);
        return refusal is null ? TypedResults.NoContent() : ProblemResults.NotFound(NodeSentences.NotFound.With(id));
    }

    private static async Task<Results<Ok<NodeView>, ProblemHttpResult>> ChangeAsync(
        Guid id,
        NodeCommand command,
        NodeChanges changes,
        HttpContext http,
        CancellationToken ct
    )
    {
        if (!http.Request.TryGetIfMatch(out var ifMatch))
        {
            return ProblemResults.UnknownVersion();
        }

        var refusal = await changes.ApplyAsync(id, command, ifMatch, http.EventMetadata(id.ToString()), ct);
        if (refusal is not null || await changes.Nodes.FindAsync(id, ct) is not { } node)
        {
            return ProblemResults.NotFound(NodeSentences.NotFound.With(id));
        }

        http.Response.SetETag(node.Version);
        return TypedResults.Ok(node);
    }
}
