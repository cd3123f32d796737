using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Npgsql;
using Platform.EventStore;

namespace Platform.Nodes.Joining;

/// <summary>A join token without its secret.</summary>
internal sealed record JoinTokenInfo(
    Guid Id,
    string? Name,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? RevokedAt,
    DateTimeOffset? LastUsedAt
);

/// <summary>Tokens to join with: the configured one and those in table <c>join_token</c>, stored as SHA-256.</summary>
internal sealed class JoinTokens(NodesStore store, IOptions<NodesOptions> options, TimeProvider clock)
{
    private const int SecretBytes = 32;

    /// <summary>Creates a token. The secret is not stored: only the caller sees it, once.</summary>
    public async Task<(JoinTokenInfo Info, string Secret)> CreateAsync(
        string? name,
        TimeSpan? lifetime,
        CancellationToken cancellationToken
    )
    {
        var secret = $"pjt_{Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes))}";
        var now = clock.GetUtcNow();
        var info = new JoinTokenInfo(Guid.CreateVersion7(), name, now, now + lifetime, null, null);
        await using var batch = store.DataSource.CreateBatch();
        batch.Add(
            "insert into join_token (token_id, name, hash, created_at, expires_at) values ($1, $2, $3, $4, $5)",
            info.Id,
            info.Name,
            Hash(secret),
            info.CreatedAt,
            info.ExpiresAt
        );
        await batch.ExecuteNonQueryAsync(cancellationToken);
        return (info, secret);
    }

    /// <summary>Checks a token that a machine presents, and records its use.</summary>
    public async Task<bool> AcceptsAsync(string token, CancellationToken cancellationToken)
    {
        var hash = Hash(token);
        if (
            options.Value.JoinToken is { Length: > 0 } configured
            && CryptographicOperations.FixedTimeEquals(hash, Hash(configured))
        )
        {
            return true;
        }

        await using var batch = store.DataSource.CreateBatch();
        batch.Add(
            """
            update join_token set last_used_at = $2
            where hash = $1 and revoked_at is null and (expires_at is null or expires_at > $2)
            """,
            hash,
            clock.GetUtcNow()
        );
        return await batch.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    public async Task<IReadOnlyList<JoinTokenInfo>> ListAsync(CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand(
            """
            select token_id, name, created_at, expires_at, revoked_at, last_used_at from join_token
            order by created_at desc, token_id
            """
        );
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var tokens = new List<JoinTokenInfo>();
        while (await reader.ReadAsync(cancellationToken))
        {
            tokens.Add(ReadToken(reader));
        }

        return tokens;
    }

    /// <returns>False when there is no such token.</returns>
    public async Task<bool> RevokeAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var batch = store.DataSource.CreateBatch();
        batch.Add(
            "update join_token set revoked_at = coalesce(revoked_at, $2) where token_id = $1",
            id,
            clock.GetUtcNow()
        );
        return await batch.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    private static JoinTokenInfo ReadToken(NpgsqlDataReader reader) =>
        new(
            reader.GetGuid(0),
            reader.IsDBNull(1) ? null : reader.GetString(1),
            reader.GetFieldValue<DateTimeOffset>(2),
            Time(reader, 3),
            Time(reader, 4),
            Time(reader, 5)
        );

    private static DateTimeOffset? Time(NpgsqlDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetFieldValue<DateTimeOffset>(column);
}
