using Npgsql;

namespace Platform.Gateway.Users;

/// <summary>A user as the API shows it.</summary>
/// <param name="Role"><c>viewer</c>, <c>editor</c> or <c>administrator</c>: the most that the user's tokens allow.</param>
/// <param name="Enabled">False while the user's tokens are refused.</param>
internal sealed record UserView(
    string Name,
    string Role,
    bool Enabled,
    DateTimeOffset AddedAt,
    DateTimeOffset ChangedAt,
    long Version
);

/// <summary>Reads users.</summary>
internal sealed class UserDirectory(GatewayStore store)
{
    private const string Columns = "name, role, is_enabled, added_at, changed_at, version";

    /// <returns>Null when there is no such user; case does not matter.</returns>
    public async Task<UserView?> FindAsync(string name, CancellationToken cancellationToken)
    {
        if (UserNames.ProblemWith(name) is not null)
        {
            return null;
        }

        await using var command = store.DataSource.CreateCommand(
            $"select {Columns} from user_account where user_id = $1"
        );
        command.Parameters.Add(new NpgsqlParameter { Value = UserNames.IdOf(name) });
        return (await ReadAsync(command, cancellationToken)).SingleOrDefault();
    }

    /// <summary>All users by name.</summary>
    public async Task<IReadOnlyList<UserView>> ListAsync(CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand(
            $"select {Columns} from user_account order by user_id collate \"C\""
        );
        return await ReadAsync(command, cancellationToken);
    }

    private static async Task<List<UserView>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var users = new List<UserView>();
        while (await reader.ReadAsync(cancellationToken))
        {
            users.Add(
                new UserView(
                    reader.GetString(0),
                    reader.GetString(1),
                    reader.GetBoolean(2),
                    await reader.GetFieldValueAsync<DateTimeOffset>(3, cancellationToken),
                    await reader.GetFieldValueAsync<DateTimeOffset>(4, cancellationToken),
                    reader.GetInt64(5)
                )
            );
        }

        return users;
    }
}
