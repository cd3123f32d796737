using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Platform.ServiceDefaults;

/// <summary>Which training processes may use an endpoint.</summary>
internal enum JobAccess
{
    None,

    /// <summary>The job that the address names.</summary>
    Itself,

    /// <summary>Any; the service decides by what the request names.</summary>
    Any,
}

/// <summary>The kinds of callers that may use an endpoint.</summary>
/// <param name="Users">The lowest role; null for no user.</param>
/// <param name="Services">Whether services may where a viewer or editor may.</param>
internal sealed record CallerRequirement(
    UserRole? Users,
    bool Nodes = false,
    JobAccess Jobs = JobAccess.None,
    bool Services = true
) : IAuthorizationRequirement;

internal sealed class CallerRequirementHandler : AuthorizationHandler<CallerRequirement>
{
    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, CallerRequirement requirement)
    {
        var caller = Caller.Of(context.User);
        var isAllowed = caller.Kind switch
        {
            CallerKind.User => caller.Role >= requirement.Users,
            CallerKind.Service => requirement.Services && requirement.Users is UserRole.Viewer or UserRole.Editor,
            CallerKind.Node => requirement.Nodes,
            CallerKind.Job => requirement.Jobs switch
            {
                JobAccess.Any => true,
                JobAccess.Itself => context.Resource is HttpContext http && JobOf(http) == caller.Id,
                _ => false,
            },
            _ => false,
        };
        if (isAllowed)
        {
            context.Succeed(requirement);
        }

        return Task.CompletedTask;
    }

    private static Guid? JobOf(HttpContext http) =>
        Guid.TryParse((http.GetRouteValue("jobId") ?? http.GetRouteValue("id")) as string, out var id) ? id : null;
}
