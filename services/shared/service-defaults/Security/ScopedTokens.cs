using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Platform.ServiceDefaults;

/// <summary>Who a scoped token speaks for.</summary>
/// <param name="Kind"><see cref="CallerKind.Job"/> or <see cref="CallerKind.Node"/>.</param>
/// <param name="Id">The job or node.</param>
/// <param name="Attempt">The job's attempt; 0 for a node.</param>
/// <param name="Rank">The process of the attempt, from 0; 0 for a node.</param>
/// <param name="ExpiresAt">When it ends.</param>
public sealed record TokenScope(CallerKind Kind, Guid Id, int Attempt, int Rank, DateTimeOffset ExpiresAt);

/// <summary>
/// Tokens for machines, signed with HMAC-SHA256 so that no service has to ask another: <c>pj_…</c> speaks for one process of
/// one attempt of a job, <c>pn_…</c> for one node. Tokens of users are the gateway's and are stored hashed.
/// </summary>
public sealed class ScopedTokens(SigningKeys keys, TimeProvider clock)
{
    /// <summary>The id, when it ends, the attempt: what release 0.1.0 signed, and what a node's token still is.</summary>
    private const int BodyLength = 16 + 8 + 4;

    /// <summary>The same with the rank: what a job's token is since.</summary>
    private const int RankedBodyLength = BodyLength + 4;

    /// <summary>A token for one training process.</summary>
    public string ForJob(Guid jobId, int attempt, int rank, TimeSpan lifetime)
    {
        var body = Body(jobId, attempt, lifetime, RankedBodyLength);
        BitConverter.TryWriteBytes(body.AsSpan(BodyLength), rank);
        return Create("pj", body);
    }

    /// <summary>A token for one node's agent.</summary>
    public string ForNode(Guid nodeId, TimeSpan lifetime) =>
        Create("pn", Body(nodeId, attempt: 0, lifetime, BodyLength));

    /// <summary>Checks a token's signature and time.</summary>
    /// <returns>Null when it is not ours, was changed, or has ended.</returns>
    public TokenScope? Verify(string? token)
    {
        if (token is not { Length: > 3 and < 256 } || token[2] != '_' || !Base64Url.IsValid(token.AsSpan(3)))
        {
            return null;
        }

        var bytes = Base64Url.DecodeFromChars(token.AsSpan(3));
        CallerKind? kind = (token[..2], bytes.Length - HMACSHA256.HashSizeInBytes) switch
        {
            ("pn", BodyLength) => CallerKind.Node,
            ("pj", BodyLength or RankedBodyLength) => CallerKind.Job,
            _ => null,
        };
        if (kind is null)
        {
            return null;
        }

        var body = bytes.AsSpan(0, bytes.Length - HMACSHA256.HashSizeInBytes);
        if (!IsSigned(token[..2], body, bytes.AsSpan(body.Length)))
        {
            return null;
        }

        var expires = DateTimeOffset.FromUnixTimeMilliseconds(BitConverter.ToInt64(body[16..]));
        return expires > clock.GetUtcNow()
            ? new TokenScope(
                kind.Value,
                new Guid(body[..16]),
                BitConverter.ToInt32(body[24..]),
                body.Length == RankedBodyLength ? BitConverter.ToInt32(body[BodyLength..]) : 0,
                expires
            )
            : null;
    }

    private byte[] Body(Guid id, int attempt, TimeSpan lifetime, int length)
    {
        var body = new byte[length];
        id.TryWriteBytes(body);
        BitConverter.TryWriteBytes(body.AsSpan(16), (clock.GetUtcNow() + lifetime).ToUnixTimeMilliseconds());
        BitConverter.TryWriteBytes(body.AsSpan(24), attempt);
        return body;
    }

    private string Create(string prefix, byte[] body) =>
        $"{prefix}_{Base64Url.EncodeToString([.. body, .. Sign(keys.MachineKeys[0], prefix, body)])}";

    private bool IsSigned(string prefix, ReadOnlySpan<byte> body, ReadOnlySpan<byte> signature)
    {
        foreach (var key in keys.MachineKeys)
        {
            if (CryptographicOperations.FixedTimeEquals(Sign(key, prefix, body), signature))
            {
                return true;
            }
        }

        return false;
    }

    private static byte[] Sign(byte[] key, string prefix, ReadOnlySpan<byte> body)
    {
        Span<byte> signed = stackalloc byte[2 + RankedBodyLength];
        Encoding.ASCII.GetBytes(prefix, signed);
        body.CopyTo(signed[2..]);
        return HMACSHA256.HashData(key, signed[..(2 + body.Length)]);
    }
}
