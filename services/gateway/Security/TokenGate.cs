using System.Globalization;
using Microsoft.Net.Http.Headers;
using Platform.Gateway.Tokens;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Security;

/// <summary>Finds out who calls, refuses who may not, and tells services who it was in <c>X-Platform-Subject</c>.</summary>
internal sealed class TokenGate(
    RequestDelegate next,
    Bindings bindings,
    GatewayTokens tokens,
    ScopedTokens scopedTokens,
    JoinLimit joins
)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var path = Access.Parts(context.Request.Path);
        if (!Access.IsApi(path) && path is not ["metrics"])
        {
            await next(context);
            return;
        }

        var method = context.Request.Method;
        if (await CallerAsync(context) is not { } caller)
        {
            await RefuseAsync(
                context,
                "gateway.token-invalid",
                "This token is not valid, has ended or was revoked.",
                "invalid_token"
            );
            return;
        }

        if (caller.Kind is CallerKind.Anonymous && !Access.IsOpen(method, path))
        {
            await RefuseAsync(
                context,
                "gateway.token-required",
                "This platform is open to the network and asks for a token: Authorization: Bearer <token>. Make one on its machine with: platform tokens create <name>"
            );
            return;
        }

        if (!Access.IsAllowed(caller, method, path))
        {
            await ProblemResults
                .Problem(
                    StatusCodes.Status403Forbidden,
                    "gateway.not-allowed",
                    $"The token of {caller.Subject} does not allow {method} {context.Request.Path}."
                )
                .ExecuteAsync(context);
            return;
        }

        if (caller.Kind is CallerKind.Anonymous && HttpMethods.IsPost(method) && !joins.TryTake(context))
        {
            await ProblemResults
                .Problem(
                    StatusCodes.Status429TooManyRequests,
                    "gateway.too-many-joins",
                    "Too many nodes try to join from this address. Try again later."
                )
                .ExecuteAsync(context);
            return;
        }

        context.Features.Set(caller);
        context.Request.Headers[RequestMetadata.SubjectHeader] = caller.Subject;
        if (caller.Kind is CallerKind.Job)
        {
            context.Request.Headers[RequestMetadata.AttemptHeader] = caller.Attempt.ToString(
                CultureInfo.InvariantCulture
            );
        }

        await next(context);
    }

    /// <summary>Null when a token was sent that is not valid.</summary>
    private async ValueTask<Caller?> CallerAsync(HttpContext context)
    {
        var header = context.Request.Headers.Authorization.ToString();
        if (header.Length == 0)
        {
            return bindings.RequireTokens ? Caller.Anonymous : Caller.Local;
        }

        const string Bearer = "Bearer ";
        if (!header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var token = header[Bearer.Length..].Trim();
        if (scopedTokens.Verify(token) is { } scope)
        {
            return string.Equals(scope.Kind, "job", StringComparison.Ordinal)
                ? Caller.Job(scope.Id, scope.Attempt)
                : Caller.Node(scope.Id);
        }

        return await tokens.FindAsync(token, context.RequestAborted) is { } person
            ? Caller.Person(person.Name, person.Scope)
            : null;
    }

    private static Task RefuseAsync(HttpContext context, string code, string detail, string? error = null)
    {
        context.Response.Headers[HeaderNames.WWWAuthenticate] = error is null
            ? "Bearer realm=\"platform\""
            : $"Bearer realm=\"platform\", error=\"{error}\"";
        return ProblemResults.Problem(StatusCodes.Status401Unauthorized, code, detail).ExecuteAsync(context);
    }
}
