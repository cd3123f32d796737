using Npgsql;
using Platform.EventStore;

namespace Platform.Gateway.Tokens;

/// <summary>What the gateway remembers: people's tokens, in the schema <c>gateway</c>.</summary>
internal sealed class GatewayStore(EventStoreOptions options, NpgsqlDataSource dataSource)
    : EventStore.EventStore(options, dataSource)
{
    public static EventStoreOptions CreateOptions()
    {
        var options = new EventStoreOptions("gateway") { MaxPoolSize = 10 };
        TokenJson.Register(options.Events);
        options.Migrations.Add(TokenProjection.Migration);
        options.InlineProjections.Add(new TokenProjection());
        return options;
    }
}
