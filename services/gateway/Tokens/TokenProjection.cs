using Npgsql;
using Platform.EventStore;

namespace Platform.Gateway.Tokens;

/// <summary>The tokens by hash. When a token was last used lies beside it: use is no event and survives a rebuild.</summary>
internal sealed class TokenProjection : SqlProjection
{
    public static Migration Migration { get; } =
        new(
            "001_token",
            """
            create table token (
              token_id uuid primary key,
              name varchar not null,
              scope varchar not null,
              hash varchar not null unique,
              created_by varchar not null,
              created_at timestamptz not null,
              revoked_at timestamptz);
            create table token_use (
              token_id uuid primary key,
              last_used_at timestamptz not null);
            """
        );

    public override string Name => "token:v1";

    public override IReadOnlyList<string> Tables => ["token"];

    public override void Project(StoredEvent stored, NpgsqlBatch batch)
    {
        switch (stored.Data)
        {
            case TokenCreated e:
                batch.Add(
                    """
                    insert into token (token_id, name, scope, hash, created_by, created_at)
                    values ($1, $2, $3, $4, $5, $6)
                    """,
                    e.TokenId,
                    e.Name,
                    e.Scope,
                    e.Hash,
                    e.CreatedBy,
                    e.At
                );
                break;
            case TokenRevoked e:
                batch.Add("update token set revoked_at = $2 where token_id = $1", e.TokenId, e.At);
                break;
        }
    }
}
