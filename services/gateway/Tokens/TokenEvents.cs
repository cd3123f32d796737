using Platform.Gateway.Users;

namespace Platform.Gateway.Tokens;

internal abstract record TokenEvent;

/// <param name="User">Whose it is; of release 0.1.0 a name without a <see cref="Users.User"/>.</param>
/// <param name="Name">What it is for.</param>
/// <param name="Role">The most that it allows; what the user's role does not allow it does not either.</param>
/// <param name="Hash">Lower-case hexadecimal SHA-256 of the token; the token itself is stored nowhere.</param>
/// <param name="ExpiresAt">When it ends; null when it does not.</param>
internal sealed record TokenCreated(
    Guid TokenId,
    string User,
    string Name,
    string Role,
    string Hash,
    string CreatedBy,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset At
) : TokenEvent
{
    public static TokenCreated From(TokenCreatedV1 old) =>
        new(
            old.TokenId,
            old.Name,
            old.Name,
            Roles.NameOf(Roles.ParseScope(old.Scope)),
            old.Hash,
            old.CreatedBy,
            ExpiresAt: null,
            old.At
        );
}

/// <summary>As release 0.1.0 stored it: the name says whose it is, the scope is <c>admin</c> or <c>read</c>.</summary>
internal sealed record TokenCreatedV1(
    Guid TokenId,
    string Name,
    string Scope,
    string Hash,
    string CreatedBy,
    DateTimeOffset At
);

internal sealed record TokenRevoked(Guid TokenId, string RevokedBy, DateTimeOffset At) : TokenEvent;
