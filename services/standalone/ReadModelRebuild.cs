using Platform.LocalServers;

namespace Platform.Standalone;

/// <summary>Rebuilds the read models of services from their events.</summary>
internal static class ReadModelRebuild
{
    public static async Task<int> RunAsync(
        IServiceProvider services,
        IEnumerable<string> schemas,
        CancellationToken cancellationToken
    )
    {
        foreach (var schema in schemas)
        {
            await RebuildAsync(services, schema, cancellationToken);
        }

        return 0;
    }

    private static async Task RebuildAsync(
        IServiceProvider services,
        string schema,
        CancellationToken cancellationToken
    )
    {
        var stores = services.GetServices<EventStore.EventStore>().ToList();
        var store =
            stores.Find(store => string.Equals(store.Options.Schema, schema, StringComparison.Ordinal))
            ?? throw new LocalServerException(
                $"There is no service '{schema}'; the services are {string.Join(", ", stores.Select(store => store.Options.Schema))}."
            );
        await store.MigrateAsync(cancellationToken);
        foreach (var projection in store.Options.InlineProjections.Concat(store.Options.AsyncProjections))
        {
            var events = await store.RebuildAsync(projection.Name, cancellationToken);
            Console.WriteLine($"{projection.Name}: rebuilt from {events} events");
        }
    }
}
