using System.Diagnostics;
using Platform.EventStore;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Tokens;

internal abstract record TokenCommand;

/// <param name="Name">What it is for.</param>
internal sealed record CreateToken(
    Guid TokenId,
    string User,
    string Name,
    string Role,
    string Hash,
    string By,
    DateTimeOffset? ExpiresAt
) : TokenCommand;

internal sealed record RevokeToken(string By) : TokenCommand;

internal enum TokenStatus
{
    None,
    Active,
    Revoked,
}

/// <summary>One token of a user. That it ends by time is no event.</summary>
internal sealed record Token(Guid Id, TokenStatus Status)
{
    public static readonly Token Initial = new(Guid.Empty, TokenStatus.None);

    public static readonly Decider<Token, TokenEvent> Decider = new("token", Initial, Evolve);

    public static Decision<TokenEvent> Decide(Token token, TokenCommand command, DateTimeOffset now) =>
        (token.Status, command) switch
        {
            (TokenStatus.None, CreateToken c) => Decision.Accept<TokenEvent>(
                new TokenCreated(c.TokenId, c.User, c.Name, c.Role, c.Hash, c.By, c.ExpiresAt, now)
            ),
            (_, CreateToken) => Refusals.Refuse<TokenEvent>(GatewaySentences.TokenExists),
            (TokenStatus.Active, RevokeToken c) => Decision.Accept<TokenEvent>(new TokenRevoked(token.Id, c.By, now)),
            (TokenStatus.Revoked, RevokeToken) => Decision.Nothing<TokenEvent>(),
            (_, RevokeToken) => Refusals.Refuse<TokenEvent>(GatewaySentences.NoSuchToken),
            _ => throw new UnreachableException($"No decision for {command.GetType().Name}."),
        };

    public static Token Evolve(Token token, TokenEvent @event) =>
        @event switch
        {
            TokenCreated e => new Token(e.TokenId, TokenStatus.Active),
            TokenRevoked => token with { Status = TokenStatus.Revoked },
            _ => throw new UnreachableException($"No evolution for {@event.GetType().Name}."),
        };
}
