using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Npgsql;
using Platform.Gateway.Users;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Tokens;

/// <summary>
/// Whose a token is and what it allows: no more than its own role and than its user's, and nothing once it was revoked, has ended
/// or its user was disabled. What was found is trusted for 5 s, unless this process stores a change.
/// </summary>
internal sealed class TokenLookup(GatewayStore store, AccessVersion access, TimeProvider clock)
{
    private const string Prefix = "pt_";
    private const int SecretBytes = 32;
    private const int SecretLength = 43;

    /// <summary>How long a token that was found is trusted without looking again: a change elsewhere takes effect within it.</summary>
    private static readonly TimeSpan _trust = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _useResolution = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, Known> _known = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Guid, DateTimeOffset> _used = [];

    /// <summary>A new token.</summary>
    public static string Generate() => Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));

    /// <summary>What is stored of a token.</summary>
    public static string HashOf(string token) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    /// <returns>Null when the token signs nobody in.</returns>
    public async ValueTask<Caller?> FindAsync(string token, CancellationToken cancellationToken)
    {
        if (!LooksLikeToken(token))
        {
            return null;
        }

        var hash = HashOf(token);
        var now = clock.GetUtcNow();
        if (!_known.TryGetValue(hash, out var known) || known.Until <= now || known.Access != access.Value)
        {
            _known.TryRemove(hash, out _);
            if (await ReadAsync(hash, now, cancellationToken) is not { } found)
            {
                return null;
            }

            known = found;
            _known[hash] = known;
        }

        await NoteUseAsync(known.Id, now, cancellationToken);
        return known.Caller;
    }

    internal static bool LooksLikeToken(string token) =>
        token.Length == Prefix.Length + SecretLength
        && token.StartsWith(Prefix, StringComparison.Ordinal)
        && Base64Url.IsValid(token.AsSpan(Prefix.Length));

    private async Task<Known?> ReadAsync(string hash, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // Before the database is asked: a change that is stored meanwhile makes the answer out of date.
        var version = access.Value;
        await using var command = store.DataSource.CreateCommand(
            """
            select t.token_id, coalesce(u.name, t.user_name), t.role, coalesce(u.role, t.role), t.expires_at
            from token t left join user_account u using (user_id)
            where t.hash = $1 and t.revoked_at is null
              and (t.expires_at is null or t.expires_at > $2) and coalesce(u.is_enabled, true)
            """
        );
        command.Parameters.Add(new NpgsqlParameter { Value = hash });
        command.Parameters.Add(new NpgsqlParameter { Value = now });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            return null;
        }

        var role = Roles.Lesser(Roles.Parse(reader.GetString(2)), Roles.Parse(reader.GetString(3)));
        var until = now + _trust;
        if (!await reader.IsDBNullAsync(4, cancellationToken))
        {
            var end = await reader.GetFieldValueAsync<DateTimeOffset>(4, cancellationToken);
            until = end < until ? end : until;
        }

        return new Known(reader.GetGuid(0), Caller.User(reader.GetString(1), role), until, version);
    }

    private async ValueTask NoteUseAsync(Guid id, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (_used.TryGetValue(id, out var last) && now - last < _useResolution)
        {
            return;
        }

        _used[id] = now;
        await using var command = store.DataSource.CreateCommand(
            """
            insert into token_use (token_id, last_used_at) values ($1, $2)
            on conflict (token_id) do update set last_used_at = greatest(token_use.last_used_at, excluded.last_used_at)
            """
        );
        command.Parameters.Add(new NpgsqlParameter { Value = id });
        command.Parameters.Add(new NpgsqlParameter { Value = now });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private sealed record Known(Guid Id, Caller Caller, DateTimeOffset Until, long Access);
}
