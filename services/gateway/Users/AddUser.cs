using Microsoft.AspNetCore.Http.HttpResults;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Users;

/// <param name="Role"><c>viewer</c>, <c>editor</c> or <c>administrator</c>.</param>
internal sealed record AddUserRequest(string? Name, string? Role);

internal static class AddUserEndpoint
{
    public static void MapAddUser(this IEndpointRouteBuilder users) =>
        users.MapPost("", HandleAsync).WithName("AddUser").WithSummary("Add a user, who can then be given tokens");

    private static async Task<Results<Created<UserView>, ProblemHttpResult>> HandleAsync(
        AddUserRequest request,
        UserChanges changes,
        UserDirectory users,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        if (UserNames.ProblemWith(request.Name) is { } problem)
        {
            return ProblemResults.Invalid("name", problem);
        }

        if (Roles.Parse(request.Role) is UserRole.None)
        {
            return ProblemResults.Invalid("role", GatewaySentences.Role);
        }

        var refusal = await changes.ApplyAsync(
            request.Name!,
            new AddUser(request.Name!, request.Role!),
            keepsAdministrator: true,
            context.EventMetadata(UserNames.IdOf(request.Name!)),
            cancellationToken: cancellationToken
        );
        if (refusal is not null)
        {
            return ProblemResults.From(refusal);
        }

        var user = await users.FindAsync(request.Name!, cancellationToken);
        context.Response.SetETag(user!.Version);
        return TypedResults.Created($"/api/users/{Uri.EscapeDataString(user.Name)}", user);
    }
}
