using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Platform.ServiceDefaults;

/// <summary>
/// The tokens with which the gateway, or a service on its own account, calls a service: JWTs (HS256) that say who asks and end
/// within <see cref="Lifetime"/>. What belongs to one request only, such as its trace, travels beside them, so that one token
/// serves all requests of a caller for a while.
/// </summary>
public sealed class InternalTokens(SigningKeys keys, TimeProvider clock)
{
    internal const string Issuer = "platform";
    internal const string Audience = "platform-services";

    /// <summary>How long a token is valid.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(120);

    private static readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false };

    /// <summary>A token for a caller.</summary>
    public string Create(Caller caller)
    {
        ArgumentNullException.ThrowIfNull(caller);
        var now = clock.GetUtcNow();
        return _handler.CreateToken(
            new SecurityTokenDescriptor
            {
                Issuer = Issuer,
                Audience = Audience,
                Claims = caller.ToClaims(),
                IssuedAt = now.UtcDateTime,
                Expires = (now + Lifetime).UtcDateTime,
                SigningCredentials = new SigningCredentials(keys.InternalKeys[0], SecurityAlgorithms.HmacSha256),
            }
        );
    }
}
