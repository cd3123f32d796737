using System.Text.Json.Serialization;
using Platform.EventStore;

namespace Platform.Gateway.Tokens;

internal abstract record TokenEvent;

/// <param name="Hash">Lower-case hexadecimal SHA-256 of the token; the token itself is stored nowhere.</param>
internal sealed record TokenCreated(
    Guid TokenId,
    string Name,
    string Scope,
    string Hash,
    string CreatedBy,
    DateTimeOffset At
) : TokenEvent;

internal sealed record TokenRevoked(Guid TokenId, string RevokedBy, DateTimeOffset At) : TokenEvent;

[JsonSerializable(typeof(TokenCreated))]
[JsonSerializable(typeof(TokenRevoked))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class TokenJson : JsonSerializerContext
{
    public static void Register(EventTypes events) =>
        events.Add("token_created", Default.TokenCreated).Add("token_revoked", Default.TokenRevoked);
}
