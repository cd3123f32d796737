using Npgsql;
using Platform.EventStore;
using Platform.Gateway.Projects;
using Platform.Gateway.Tokens;
using Platform.Gateway.Users;

namespace Platform.Gateway;

/// <summary>The streams of users, tokens and projects and the read models beside them, in schema <c>gateway</c>.</summary>
internal sealed class GatewayStore(EventStoreOptions options, NpgsqlDataSource dataSource)
    : EventStore.EventStore(options, dataSource)
{
    public static EventStoreOptions CreateOptions()
    {
        var options = new EventStoreOptions("gateway") { MaxPoolSize = 10, ConnectionsAtRest = 2 };
        options.Events.AddGatewayEvents();
        foreach (var migration in GatewayMigrations.All)
        {
            options.Migrations.Add(migration);
        }

        options.InlineProjections.Add(new TokenProjection());
        options.InlineProjections.Add(new UserProjection());
        options.InlineProjections.Add(new ProjectProjection());
        return options;
    }
}
