using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Npgsql;
using Platform.EventStore;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Tokens;

/// <summary>A token as lists show it.</summary>
/// <param name="Scope"><c>admin</c> may do everything, <c>editor</c> all but administer, <c>read</c> only look.</param>
/// <param name="LastUsedAt">To the minute; null when it was never used.</param>
public sealed record TokenSummary(
    Guid Id,
    string Name,
    string Scope,
    string CreatedBy,
    DateTimeOffset CreatedAt,
    DateTimeOffset? LastUsedAt
);

/// <summary>A new token: the only time that it is shown.</summary>
public sealed record NewToken(Guid Id, string Name, string Scope, string Token, DateTimeOffset CreatedAt);

/// <summary>
/// People's tokens (<c>pt_…</c>, 32 random bytes), stored as SHA-256. Usable without the web server, so that the first token
/// of a server can be made on the machine itself.
/// </summary>
public sealed partial class GatewayTokens
{
    /// <summary>How long a token that was found is trusted without looking again: a revocation elsewhere takes effect within it.</summary>
    private static readonly TimeSpan _trust = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _useResolution = TimeSpan.FromMinutes(1);
    private const string Prefix = "pt_";

    private readonly GatewayStore _store;
    private readonly TimeProvider _clock;
    private readonly ConcurrentDictionary<string, Known> _known = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Guid, DateTimeOffset> _used = [];

    internal GatewayTokens(GatewayStore store, TimeProvider clock)
    {
        _store = store;
        _clock = clock;
    }

    /// <summary>The scopes there are.</summary>
    public static IReadOnlyList<string> Scopes { get; } = ["admin", "editor", "read"];

    /// <summary>Why a name or scope cannot be used; null when both can.</summary>
    /// <returns>The field and what is wrong with it.</returns>
    public static (string Field, string Message)? Check(string? name, string? scope)
    {
        if (name is null || !NamePattern().IsMatch(name))
        {
            return (
                "name",
                "A name has 1 to 100 letters, digits, spaces or . _ @ -, and begins with a letter or digit."
            );
        }

        return scope is null || !Scopes.Contains(scope, StringComparer.Ordinal)
            ? ("scope", "The scope is 'admin', 'editor' or 'read'.")
            : null;
    }

    /// <summary>Makes a token.</summary>
    /// <param name="by">Who makes it, such as <c>local</c> or <c>user:anna</c>.</param>
    /// <exception cref="ArgumentException">The name or scope does not pass <see cref="Check"/>.</exception>
    public async Task<NewToken> CreateAsync(
        string name,
        string scope,
        string by,
        EventMetadata? metadata = null,
        CancellationToken cancellationToken = default
    )
    {
        if (Check(name, scope) is { } wrong)
        {
            throw new ArgumentException(wrong.Message, wrong.Field);
        }

        var id = Guid.CreateVersion7();
        var token = Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var now = _clock.GetUtcNow();
        await _store.HandleAsync(
            Token.Decider,
            StreamOf(id),
            state => Token.Decide(state, new CreateToken(id, name, scope, HashOf(token), by), now),
            metadata ?? MetadataOf(by),
            cancellationToken: cancellationToken
        );
        return new NewToken(id, name, scope, token, now);
    }

    /// <summary>Ends a token at once in this process, and within 5 s in others.</summary>
    /// <returns>False when there is no such token; true also when it was revoked before.</returns>
    public async Task<bool> RevokeAsync(
        Guid id,
        string by,
        EventMetadata? metadata = null,
        CancellationToken cancellationToken = default
    )
    {
        var outcome = await _store.HandleAsync(
            Token.Decider,
            StreamOf(id),
            state => Token.Decide(state, new RevokeToken(by), _clock.GetUtcNow()),
            metadata ?? MetadataOf(by),
            cancellationToken: cancellationToken
        );
        foreach (var (hash, known) in _known)
        {
            if (known.Id == id)
            {
                _known.TryRemove(hash, out _);
            }
        }

        return outcome.IsAccepted;
    }

    /// <summary>The tokens that were not revoked, newest first.</summary>
    public async Task<IReadOnlyList<TokenSummary>> ListAsync(CancellationToken cancellationToken = default)
    {
        await using var command = _store.DataSource.CreateCommand(
            """
            select t.token_id, t.name, t.scope, t.created_by, t.created_at, u.last_used_at
            from token t left join token_use u using (token_id)
            where t.revoked_at is null order by t.created_at desc, t.token_id desc
            """
        );
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var tokens = new List<TokenSummary>();
        while (await reader.ReadAsync(cancellationToken))
        {
            tokens.Add(
                new TokenSummary(
                    reader.GetGuid(0),
                    reader.GetString(1),
                    reader.GetString(2),
                    reader.GetString(3),
                    await reader.GetFieldValueAsync<DateTimeOffset>(4, cancellationToken),
                    await reader.IsDBNullAsync(5, cancellationToken)
                        ? null
                        : await reader.GetFieldValueAsync<DateTimeOffset>(5, cancellationToken)
                )
            );
        }

        return tokens;
    }

    /// <summary>Whose token this is; null when it is none of ours or was revoked.</summary>
    internal async ValueTask<(string Name, string Scope)?> FindAsync(string token, CancellationToken cancellationToken)
    {
        if (!LooksLikeToken(token))
        {
            return null;
        }

        var hash = HashOf(token);
        var now = _clock.GetUtcNow();
        if (!_known.TryGetValue(hash, out var known) || known.Until <= now)
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
        return (known.Name, known.Scope);
    }

    internal static bool LooksLikeToken(string token) =>
        token.Length == Prefix.Length + 43
        && token.StartsWith(Prefix, StringComparison.Ordinal)
        && Base64Url.IsValid(token.AsSpan(Prefix.Length));

    private async Task<Known?> ReadAsync(string hash, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = _store.DataSource.CreateCommand(
            "select token_id, name, scope from token where hash = $1 and revoked_at is null"
        );
        command.Parameters.Add(new NpgsqlParameter { Value = hash });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new Known(reader.GetGuid(0), reader.GetString(1), reader.GetString(2), now + _trust)
            : null;
    }

    private async ValueTask NoteUseAsync(Guid id, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (_used.TryGetValue(id, out var last) && now - last < _useResolution)
        {
            return;
        }

        _used[id] = now;
        await using var command = _store.DataSource.CreateCommand(
            """
            insert into token_use (token_id, last_used_at) values ($1, $2)
            on conflict (token_id) do update set last_used_at = greatest(token_use.last_used_at, excluded.last_used_at)
            """
        );
        command.Parameters.Add(new NpgsqlParameter { Value = id });
        command.Parameters.Add(new NpgsqlParameter { Value = now });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>For who works on the database itself, without a request.</summary>
    private static EventMetadata MetadataOf(string by) =>
        new(Headers: new Dictionary<string, string>(StringComparer.Ordinal) { [RequestMetadata.Actor] = by });

    private static string StreamOf(Guid id) => id.ToString();

    private static string HashOf(string token) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9 ._@-]{0,99}\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NamePattern();

    private sealed record Known(Guid Id, string Name, string Scope, DateTimeOffset Until);
}
