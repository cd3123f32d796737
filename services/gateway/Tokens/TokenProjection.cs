using Npgsql;
using Platform.EventStore;
using Platform.Gateway.Users;

namespace Platform.Gateway.Tokens;

/// <summary>The tokens by hash. When a token was last used lies beside it: use is no event and survives a rebuild.</summary>
internal sealed class TokenProjection : SqlProjection
{
    public override string Name => "token:v1";

    public override IReadOnlyList<string> Tables => ["token"];

    public override void Project(StoredEvent stored, NpgsqlBatch batch)
    {
        switch (stored.Data)
        {
            case TokenCreated e:
                batch.Add(
                    """
                    insert into token (token_id, user_id, user_name, name, role, hash, created_by, created_at, expires_at)
                    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
                    """,
                    e.TokenId,
                    UserNames.IdOf(e.User),
                    e.User,
                    e.Name,
                    e.Role,
                    e.Hash,
                    e.CreatedBy,
                    e.At,
                    e.ExpiresAt
                );
                break;
            case TokenRevoked e:
                batch.Add("update token set revoked_at = $2 where token_id = $1", e.TokenId, e.At);
                break;
        }
    }
}
