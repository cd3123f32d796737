using Npgsql;
using Platform.EventStore;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Users;

/// <summary>Executes commands on users. A change of what a user may do takes effect at once in this process.</summary>
internal sealed class UserChanges(GatewayStore store, AccessVersion access, TimeProvider clock)
{
    private static readonly Refusal _lastAdministrator = Refusals.Of(GatewaySentences.LastAdministrator);

    /// <param name="keepsAdministrator">Refuses what would leave no enabled administrator.</param>
    /// <returns>Why it was refused; null when it was not.</returns>
    public async Task<Refusal?> ApplyAsync(
        string name,
        UserCommand command,
        bool keepsAdministrator,
        EventMetadata metadata,
        long? ifVersion = null,
        CancellationToken cancellationToken = default
    )
    {
        var removesAdministrator = false;
        try
        {
            var outcome = await store.HandleAsync(
                User.Decider,
                UserNames.IdOf(name),
                user =>
                {
                    removesAdministrator = user.IsAdministrator && command is DisableUser or ChangeUserRole;
                    return User.Decide(user, command, clock.GetUtcNow());
                },
                metadata,
                ifVersion,
                batch =>
                {
                    if (keepsAdministrator && removesAdministrator)
                    {
                        batch.Add("select require_administrator()");
                    }
                },
                cancellationToken: cancellationToken
            );
            if (outcome.Events.Count > 0)
            {
                access.Raise();
            }

            return outcome.Refusal;
        }
        catch (PostgresException e)
            when (string.Equals(e.SqlState, GatewayMigrations.NoAdministratorLeft, StringComparison.Ordinal))
        {
            return _lastAdministrator;
        }
    }
}
