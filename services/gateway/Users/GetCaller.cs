using Microsoft.AspNetCore.Http.HttpResults;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Users;

/// <summary>Who a credential speaks for.</summary>
/// <param name="Subject">As events name it: <c>user:anna</c>, <c>node:…</c>, <c>local</c>.</param>
/// <param name="Name">The same without its kind.</param>
/// <param name="Kind"><c>user</c>, <c>node</c>, <c>job</c> or <c>service</c>.</param>
/// <param name="Role">What a user may do with this credential; null for the others.</param>
internal sealed record CallerView(string Subject, string Name, string Kind, string? Role);

internal static class GetCallerEndpoint
{
    public static void MapGetCaller(this IEndpointRouteBuilder app) =>
        app.MapGet($"/api/users/{Caller.Me}", Handle)
            .RequireAuthorization(Policies.SignedIn)
            .WithTags("users")
            .WithName("GetCaller")
            .WithSummary("Who the request's credential speaks for, and in which role");

    private static Ok<CallerView> Handle(HttpContext context)
    {
        var caller = context.Caller();
        return TypedResults.Ok(
            new CallerView(
                caller.Subject,
                UserNames.NameOf(caller),
                $"{caller.Kind}".ToLowerInvariant(),
                caller.Kind is CallerKind.User ? Roles.NameOf(caller.Role) : null
            )
        );
    }
}
