using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace Platform.ServiceDefaults;

/// <summary>The key behind the tokens of nodes and jobs (configuration section <c>Platform</c>).</summary>
public sealed class TokenOptions
{
    /// <summary>At least 32 random bytes in Base64, the same for every service; without it tokens end with the process.</summary>
    public string? TokenKey { get; set; }
}

/// <summary>Who a scoped token speaks for.</summary>
/// <param name="Kind"><c>job</c> or <c>node</c>.</param>
/// <param name="Id">The job or node.</param>
/// <param name="Attempt">The job's attempt; 0 for a node.</param>
/// <param name="ExpiresAt">When it ends.</param>
public sealed record TokenScope(string Kind, Guid Id, int Attempt, DateTimeOffset ExpiresAt);

/// <summary>
/// Tokens for machines, signed with HMAC-SHA256 so that no service has to ask another: <c>pj_…</c> speaks for one
/// attempt of one job, <c>pn_…</c> for one node. People's tokens are the gateway's and are stored hashed.
/// </summary>
public sealed class ScopedTokens(IOptions<TokenOptions> options, TimeProvider clock)
{
    // The id, when it ends, the attempt.
    private const int BodyLength = 16 + 8 + 4;
    private const int Length = BodyLength + HMACSHA256.HashSizeInBytes;

    private readonly byte[] _key = options.Value.TokenKey is { Length: > 0 } key
        ? Convert.FromBase64String(key)
        : RandomNumberGenerator.GetBytes(32);

    /// <summary>A token for the training process of one attempt.</summary>
    public string ForJob(Guid jobId, int attempt, TimeSpan lifetime) => Create("pj", jobId, attempt, lifetime);

    /// <summary>A token for one node's agent.</summary>
    public string ForNode(Guid nodeId, TimeSpan lifetime) => Create("pn", nodeId, attempt: 0, lifetime);

    /// <summary>Checks a token's signature and time.</summary>
    /// <returns>Null when it is not ours, was changed, or has ended.</returns>
    public TokenScope? Verify(string? token)
    {
        if (token is not { Length: > 3 and < 256 } || token[2] != '_' || !Base64Url.IsValid(token.AsSpan(3)))
        {
            return null;
        }

        var bytes = Base64Url.DecodeFromChars(token.AsSpan(3));
        var kind = token.StartsWith("pj", StringComparison.Ordinal) ? "job" : "node";
        if (bytes.Length != Length || !token.StartsWith(kind is "job" ? "pj" : "pn", StringComparison.Ordinal))
        {
            return null;
        }

        if (
            !CryptographicOperations.FixedTimeEquals(
                Sign(token[..2], bytes.AsSpan(0, BodyLength)),
                bytes.AsSpan(BodyLength)
            )
        )
        {
            return null;
        }

        var expires = DateTimeOffset.FromUnixTimeMilliseconds(BitConverter.ToInt64(bytes, 16));
        return expires > clock.GetUtcNow()
            ? new TokenScope(kind, new Guid(bytes.AsSpan(0, 16)), BitConverter.ToInt32(bytes, 24), expires)
            : null;
    }

    private string Create(string prefix, Guid id, int attempt, TimeSpan lifetime)
    {
        var bytes = new byte[Length];
        id.TryWriteBytes(bytes);
        BitConverter.TryWriteBytes(bytes.AsSpan(16), (clock.GetUtcNow() + lifetime).ToUnixTimeMilliseconds());
        BitConverter.TryWriteBytes(bytes.AsSpan(24), attempt);
        Sign(prefix, bytes.AsSpan(0, BodyLength)).CopyTo(bytes, BodyLength);
        return $"{prefix}_{Base64Url.EncodeToString(bytes)}";
    }

    private byte[] Sign(string prefix, ReadOnlySpan<byte> body)
    {
        Span<byte> signed = stackalloc byte[2 + BodyLength];
        Encoding.ASCII.GetBytes(prefix, signed);
        body.CopyTo(signed[2..]);
        return HMACSHA256.HashData(_key, signed);
    }
}
