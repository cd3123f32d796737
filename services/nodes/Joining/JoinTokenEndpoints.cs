using Microsoft.AspNetCore.Http.HttpResults;
using Platform.Nodes.Membership;
using Platform.ServiceDefaults;

namespace Platform.Nodes.Joining;

/// <summary>The body of <c>POST /api/nodes/join-tokens</c>.</summary>
/// <param name="Name">A display name; optional.</param>
/// <param name="ExpiresInHours">Does not expire when left out.</param>
internal sealed record CreateJoinTokenRequest(string? Name = null, double? ExpiresInHours = null);

/// <summary>A new join token with its secret, which is shown only this once.</summary>
internal sealed record CreatedJoinToken(
    Guid Id,
    string? Name,
    string Token,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ExpiresAt
);

/// <summary>All join tokens, newest first.</summary>
internal sealed record JoinTokenList(IReadOnlyList<JoinTokenInfo> Items);

internal static class JoinTokenEndpoints
{
    private const double MaxHours = 10 * 366 * 24;

    public static void MapJoinTokens(this IEndpointRouteBuilder app)
    {
        var tokens = app.MapGroup("/join-tokens").RequireAuthorization(Policies.Administer);
        tokens
            .MapPost("", CreateAsync)
            .WithName("CreateJoinToken")
            .WithSummary("Create a join token for machines; it is shown only in this response");
        tokens.MapGet("", ListAsync).WithName("ListJoinTokens").WithSummary("List join tokens, without their secrets");
        tokens
            .MapDelete("/{id:guid}", RevokeAsync)
            .WithName("RevokeJoinToken")
            .WithSummary("Revoke a join token; nodes that joined with it stay");
    }

    internal static async Task<Results<Created<CreatedJoinToken>, ProblemHttpResult>> CreateAsync(
        JoinTokens tokens,
        CancellationToken ct,
        CreateJoinTokenRequest? request = null
    )
    {
        if (request?.Name is { } name && InventoryRules.Text("name", name, InventoryRules.MaxName) is { } wrong)
        {
            return ProblemResults.Invalid(wrong.Field, wrong.Error);
        }

        if (request?.ExpiresInHours is not (null or (> 0 and <= MaxHours)))
        {
            return ProblemResults.Invalid("expiresInHours", NodeSentences.UpTo.With(MaxHours));
        }

        var lifetime = request?.ExpiresInHours is { } hours ? TimeSpan.FromHours(hours) : (TimeSpan?)null;
        var (info, secret) = await tokens.CreateAsync(request?.Name, lifetime, ct);
        return TypedResults.Created(
            $"/api/nodes/join-tokens/{info.Id}",
            new CreatedJoinToken(info.Id, info.Name, secret, info.CreatedAt, info.ExpiresAt)
        );
    }

    internal static async Task<Ok<JoinTokenList>> ListAsync(JoinTokens tokens, CancellationToken ct) =>
        TypedResults.Ok(new JoinTokenList(await tokens.ListAsync(ct)));

    internal static async Task<Results<NoContent, ProblemHttpResult>> RevokeAsync(
        Guid id,
        JoinTokens tokens,
        CancellationToken ct
    ) =>
        await tokens.RevokeAsync(id, ct)
            ? TypedResults.NoContent()
            : ProblemResults.NotFound(NodeSentences.NoJoinToken.With(id));
}
