using Microsoft.AspNetCore.Http.HttpResults;
using Platform.Contracts.Sentences;
using Platform.EventStore;
using Platform.Gateway.Users;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Tokens;

/// <summary>The body of <c>POST /api/tokens</c>, and what the same command says on the platform's own machine.</summary>
/// <param name="User">Whose it is, <c>me</c> for the caller's own. When left out, <paramref name="Name"/> says it, as in release 0.1.0; without both it is the caller's own.</param>
/// <param name="Name">What it is for.</param>
/// <param name="Role"><c>viewer</c>, <c>editor</c> or <c>administrator</c>; when left out, the most that the caller can give to the user.</param>
/// <param name="Scope">The role as release 0.1.0 called it: <c>read</c>, <c>editor</c> or <c>admin</c>.</param>
/// <param name="Expires">A duration such as <c>30d</c> or <c>12h</c>, or a date or time; when left out it does not end.</param>
internal sealed record CreateTokenRequest(
    string? User = null,
    string? Name = null,
    string? Role = null,
    string? Scope = null,
    string? Expires = null
);

/// <summary>Why a token is not made.</summary>
/// <param name="Field">The field that is wrong; null when none is.</param>
internal sealed record TokenRefusal(int Status, string? Field, Sentence Reason)
{
    public static TokenRefusal Invalid(string field, Sentence error) =>
        new(StatusCodes.Status400BadRequest, field, error);

    public static TokenRefusal NotAllowed(Sentence why) => new(StatusCodes.Status403Forbidden, Field: null, why);

    public ProblemHttpResult ToProblem() =>
        Field is { } field ? ProblemResults.Invalid(field, Reason) : ProblemResults.Problem(Status, Reason);
}

/// <summary>
/// Decides who gets which token: users make theirs, administrators those of others, and no token allows more than its user and
/// its maker may.
/// </summary>
internal sealed class TokenIssuer(GatewayTokens tokens, UserDirectory users, UserChanges changes, TimeProvider clock)
{
    /// <returns>The token, or why there is none.</returns>
    public async Task<(NewToken? Token, TokenRefusal? Refusal)> CreateAsync(
        CreateTokenRequest request,
        Caller caller,
        EventMetadata metadata,
        CancellationToken cancellationToken
    )
    {
        if (Check(request, out var asked, out var expiresAt) is { } wrong)
        {
            return (null, wrong);
        }

        var name = WhoseOf(request, caller);
        if (name is null)
        {
            return (null, TokenRefusal.Invalid("user", GatewaySentences.WhoseToken));
        }

        var isOwn = string.Equals(UserNames.IdOf(name), UserNames.IdOf(caller), StringComparison.Ordinal);
        if (!isOwn && caller.Role is not UserRole.Administrator)
        {
            return (null, TokenRefusal.NotAllowed(GatewaySentences.TokensOfOthers));
        }

        if (asked > caller.Role)
        {
            return (null, TokenRefusal.NotAllowed(GatewaySentences.HigherThanYours.With(Roles.NameOf(caller.Role))));
        }

        var user = await users.FindAsync(name, cancellationToken);
        if (Refuse(request, user, name, isOwn, asked) is { } refused)
        {
            return (null, refused);
        }

        var most = user is null ? caller.Role : Roles.Lesser(Roles.Parse(user.Role), caller.Role);
        var role = Roles.NameOf(asked is UserRole.None ? most : asked);
        if (user is null && !isOwn)
        {
            // Of two who add the user at once, the second finds it there.
            await changes.ApplyAsync(
                name,
                new AddUser(name, role),
                keepsAdministrator: false,
                metadata,
                cancellationToken: cancellationToken
            );
        }

        var label = request.User is null ? null : request.Name;
        return (
            await tokens.CreateAsync(
                new WantedToken(user?.Name ?? name, role, label, expiresAt),
                caller.Subject,
                metadata,
                cancellationToken
            ),
            null
        );
    }

    private TokenRefusal? Check(CreateTokenRequest request, out UserRole role, out DateTimeOffset? expiresAt)
    {
        role = request.Role is null ? Roles.ParseScope(request.Scope) : Roles.Parse(request.Role);
        return !TokenExpiry.TryParse(request.Expires, clock.GetUtcNow(), out expiresAt)
                ? TokenRefusal.Invalid("expires", TokenExpiry.Rule)
            : request is { Role: not null, Scope: not null }
                ? TokenRefusal.Invalid("scope", GatewaySentences.RoleOrScope)
            : request.Role is not null && role is UserRole.None ? TokenRefusal.Invalid("role", GatewaySentences.Role)
            : request.Scope is not null && role is UserRole.None ? TokenRefusal.Invalid("scope", GatewaySentences.Scope)
            : request.Name is not null && !GatewayTokens.IsName(request.Name)
                ? TokenRefusal.Invalid("name", GatewaySentences.TokenName)
            : null;
    }

    private static string? WhoseOf(CreateTokenRequest request, Caller caller)
    {
        var name = request.User ?? request.Name ?? Caller.Me;
        return !string.Equals(name, Caller.Me, StringComparison.OrdinalIgnoreCase) ? name
            : string.Equals(caller.Subject, Caller.Local.Subject, StringComparison.Ordinal) ? null
            : UserNames.NameOf(caller);
    }

    private static TokenRefusal? Refuse(
        CreateTokenRequest request,
        UserView? user,
        string name,
        bool isOwn,
        UserRole asked
    )
    {
        if (user is null)
        {
            return isOwn ? null
                : request.User is not null ? TokenRefusal.Invalid("user", GatewaySentences.TokenForNobody.With(name))
                : UserNames.ProblemWith(name) is { } problem ? TokenRefusal.Invalid("name", problem)
                : asked is UserRole.None ? TokenRefusal.Invalid("role", GatewaySentences.RoleOfNewUser)
                : null;
        }

        return !user.Enabled
                ? new TokenRefusal(StatusCodes.Status409Conflict, Field: null, GatewaySentences.UserDisabled)
            : asked > Roles.Parse(user.Role)
                ? TokenRefusal.Invalid(
                    request.Role is null ? "scope" : "role",
                    GatewaySentences.HigherThanUser.With(user.Name, user.Role)
                )
            : null;
    }
}
