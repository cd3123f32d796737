using Microsoft.AspNetCore.Http.HttpResults;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Users;

/// <param name="Role"><c>viewer</c>, <c>editor</c> or <c>administrator</c>.</param>
internal sealed record ChangeUserRequest(string? Role);

/// <summary>Role, disable and enable. All accept <c>If-Match</c>, and a repeat changes nothing.</summary>
internal static class ChangeUserEndpoints
{
    public static void MapChangeUser(this IEndpointRouteBuilder users)
    {
        users
            .MapPatch("/{name}", ChangeRoleAsync)
            .WithName("ChangeUserRole")
            .WithSummary(
                "Give a user another role; tokens that were made for a higher one then allow no more than the role"
            );
        users
            .MapPost("/{name}/disable", DisableAsync)
            .WithName("DisableUser")
            .WithSummary("Refuse all tokens of a user until the user is enabled again");
        users.MapPost("/{name}/enable", EnableAsync).WithName("EnableUser").WithSummary("Accept a user's tokens again");
    }

    private static async Task<Results<Ok<UserView>, ProblemHttpResult>> ChangeRoleAsync(
        string name,
        ChangeUserRequest request,
        UserChanges changes,
        UserDirectory users,
        HttpContext context,
        CancellationToken cancellationToken
    ) =>
        Roles.Parse(request.Role) is UserRole.None
            ? ProblemResults.Invalid("role", GatewaySentences.Role)
            : await ChangeAsync(name, new ChangeUserRole(request.Role!), changes, users, context, cancellationToken);

    private static Task<Results<Ok<UserView>, ProblemHttpResult>> DisableAsync(
        string name,
        UserChanges changes,
        UserDirectory users,
        HttpContext context,
        CancellationToken cancellationToken
    ) => ChangeAsync(name, new DisableUser(), changes, users, context, cancellationToken);

    private static Task<Results<Ok<UserView>, ProblemHttpResult>> EnableAsync(
        string name,
        UserChanges changes,
        UserDirectory users,
        HttpContext context,
        CancellationToken cancellationToken
    ) => ChangeAsync(name, new EnableUser(), changes, users, context, cancellationToken);

    private static async Task<Results<Ok<UserView>, ProblemHttpResult>> ChangeAsync(
        string name,
        UserCommand command,
        UserChanges changes,
        UserDirectory users,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        if (!context.Request.TryGetIfMatch(out var ifVersion))
        {
            return ProblemResults.UnknownVersion();
        }

        if (await users.FindAsync(name, cancellationToken) is null)
        {
            return ProblemResults.NotFound(GatewaySentences.NoUser.With(name));
        }

        var refusal = await changes.ApplyAsync(
            name,
            command,
            keepsAdministrator: true,
            context.EventMetadata(UserNames.IdOf(name)),
            ifVersion,
            cancellationToken
        );
        if (refusal is not null)
        {
            return ProblemResults.From(refusal);
        }

        var user = await users.FindAsync(name, cancellationToken);
        context.Response.SetETag(user!.Version);
        return TypedResults.Ok(user);
    }
}
