using Microsoft.AspNetCore.Http.HttpResults;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Users;

internal sealed record UserList(IReadOnlyList<UserView> Items);

internal static class ReadUsersEndpoints
{
    public static void MapReadUsers(this IEndpointRouteBuilder users)
    {
        users.MapGet("", ListAsync).WithName("ListUsers").WithSummary("All users by name");
        users.MapGet("/{name}", GetAsync).WithName("GetUser").WithSummary("One user");
    }

    private static async Task<Ok<UserList>> ListAsync(UserDirectory users, CancellationToken cancellationToken) =>
        TypedResults.Ok(new UserList(await users.ListAsync(cancellationToken)));

    private static async Task<Results<Ok<UserView>, ProblemHttpResult>> GetAsync(
        string name,
        UserDirectory users,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        if (await users.FindAsync(name, cancellationToken) is not { } user)
        {
            return ProblemResults.NotFound(GatewaySentences.NoUser.With(name));
        }

        context.Response.SetETag(user.Version);
        return TypedResults.Ok(user);
    }
}
