using Npgsql;
using Platform.EventStore;

namespace Platform.Gateway.Users;

internal sealed class UserProjection : SqlProjection
{
    public override string Name => "user_account:v1";

    public override IReadOnlyList<string> Tables => ["user_account"];

    public override void Project(StoredEvent stored, NpgsqlBatch batch)
    {
        switch (stored.Data)
        {
            case UserAdded e:
                batch.Add(
                    """
                    insert into user_account (user_id, name, role, is_enabled, added_at, changed_at, version)
                    values ($1, $2, $3, true, $4, $4, $5)
                    """,
                    stored.StreamId,
                    e.Name,
                    e.Role,
                    e.At,
                    stored.Version
                );
                break;
            case UserRoleChanged e:
                batch.Add(
                    "update user_account set role = $2, changed_at = $3, version = $4 where user_id = $1",
                    stored.StreamId,
                    e.Role,
                    e.At,
                    stored.Version
                );
                break;
            case UserDisabled e:
                SetEnabled(batch, stored, isEnabled: false, e.At);
                break;
            case UserEnabled e:
                SetEnabled(batch, stored, isEnabled: true, e.At);
                break;
        }
    }

    private static void SetEnabled(NpgsqlBatch batch, StoredEvent stored, bool isEnabled, DateTimeOffset at) =>
        batch.Add(
            "update user_account set is_enabled = $2, changed_at = $3, version = $4 where user_id = $1",
            stored.StreamId,
            isEnabled,
            at,
            stored.Version
        );
}
