using System.Text.RegularExpressions;
using Npgsql;
using Platform.EventStore;
using Platform.Gateway.Users;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Tokens;

/// <summary>A token as lists show it.</summary>
/// <param name="Name">What it is for.</param>
/// <param name="User">Whose it is.</param>
/// <param name="Role">The most that it allows: <c>viewer</c>, <c>editor</c> or <c>administrator</c>.</param>
/// <param name="Scope">The role as release 0.1.0 called it: <c>read</c>, <c>editor</c> or <c>admin</c>.</param>
/// <param name="ExpiresAt">When it ends; null when it does not.</param>
/// <param name="LastUsedAt">To the minute; null when it was never used.</param>
public sealed record TokenSummary(
    Guid Id,
    string Name,
    string User,
    string Role,
    string Scope,
    string CreatedBy,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? LastUsedAt
);

/// <summary>A new token: the only time that it is shown.</summary>
public sealed record NewToken(
    Guid Id,
    string Name,
    string User,
    string Role,
    string Scope,
    string Token,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ExpiresAt
);

/// <summary>What a new token is to be.</summary>
/// <param name="User">Whose it is.</param>
/// <param name="Role"><c>viewer</c>, <c>editor</c> or <c>administrator</c>.</param>
/// <param name="Name">What it is for; the user's name when left out.</param>
public sealed record WantedToken(string User, string Role, string? Name = null, DateTimeOffset? ExpiresAt = null);

/// <summary>
/// Users' tokens (<c>pt_…</c>, 32 random bytes), stored as SHA-256. Usable without the web server, so that the first token
/// of a server can be made on the machine itself.
/// </summary>
public sealed partial class GatewayTokens
{
    private readonly GatewayStore _store;
    private readonly AccessVersion _access;
    private readonly TimeProvider _clock;

    internal GatewayTokens(GatewayStore store, AccessVersion access, TimeProvider clock)
    {
        _store = store;
        _access = access;
        _clock = clock;
    }

    /// <summary>Makes a token; whether this user may have it is decided before.</summary>
    /// <param name="by">Who makes it, such as <c>local</c> or <c>user:anna</c>.</param>
    /// <exception cref="ArgumentException">A name is no name, or the role is none.</exception>
    public async Task<NewToken> CreateAsync(
        WantedToken wanted,
        string by,
        EventMetadata? metadata = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(wanted);
        var name = wanted.Name ?? wanted.User;
        if (!IsName(name) || !IsName(wanted.User) || Roles.Parse(wanted.Role) is UserRole.None)
        {
            throw new ArgumentException("This is no token's name, user or role.", nameof(wanted));
        }

        var id = Guid.CreateVersion7();
        var token = TokenLookup.Generate();
        var now = _clock.GetUtcNow();
        await _store.HandleAsync(
            Token.Decider,
            StreamOf(id),
            state =>
                Token.Decide(
                    state,
                    new CreateToken(
                        id,
                        wanted.User,
                        name,
                        wanted.Role,
                        TokenLookup.HashOf(token),
                        by,
                        wanted.ExpiresAt
                    ),
                    now
                ),
            metadata ?? LocalMetadata.Create(by),
            cancellationToken: cancellationToken
        );
        return new NewToken(
            id,
            name,
            wanted.User,
            wanted.Role,
            Roles.ScopeOf(wanted.Role),
            token,
            now,
            wanted.ExpiresAt
        );
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
            metadata ?? LocalMetadata.Create(by),
            cancellationToken: cancellationToken
        );
        _access.Raise();
        return outcome.IsAccepted;
    }

    /// <summary>Whether a text can be a token's name.</summary>
    internal static bool IsName(string? name) => name is not null && NamePattern().IsMatch(name);

    /// <summary>The tokens that were not revoked, newest first.</summary>
    /// <param name="userId">Only those of one user (<see cref="UserNames.IdOf(string)"/>); null for all.</param>
    internal async Task<IReadOnlyList<TokenSummary>> ListAsync(
        string? userId,
        CancellationToken cancellationToken = default
    )
    {
        await using var command = _store.DataSource.CreateCommand(
            """
            select t.token_id, t.name, t.user_name, t.role, t.created_by, t.created_at, t.expires_at, u.last_used_at
            from token t left join token_use u using (token_id)
            where t.revoked_at is null and ($1::varchar is null or t.user_id = $1)
            order by t.created_at desc, t.token_id desc
            """
        );
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)userId ?? DBNull.Value });
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
                    Roles.ScopeOf(reader.GetString(3)),
                    reader.GetString(4),
                    await reader.GetFieldValueAsync<DateTimeOffset>(5, cancellationToken),
                    await TimeAsync(reader, 6, cancellationToken),
                    await TimeAsync(reader, 7, cancellationToken)
                )
            );
        }

        return tokens;
    }

    /// <summary>Whether a token is a user's.</summary>
    internal async Task<bool> IsOfAsync(Guid id, string userId, CancellationToken cancellationToken)
    {
        await using var command = _store.DataSource.CreateCommand(
            "select 1 from token where token_id = $1 and user_id = $2"
        );
        command.Parameters.Add(new NpgsqlParameter { Value = id });
        command.Parameters.Add(new NpgsqlParameter { Value = userId });
        return await command.ExecuteScalarAsync(cancellationToken) is not null;
    }

    private static async Task<DateTimeOffset?> TimeAsync(
        NpgsqlDataReader reader,
        int column,
        CancellationToken cancellationToken
    ) =>
        await reader.IsDBNullAsync(column, cancellationToken)
            ? null
            : await reader.GetFieldValueAsync<DateTimeOffset>(column, cancellationToken);

    private static string StreamOf(Guid id) => id.ToString();

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9 ._@-]{0,99}\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NamePattern();
}
