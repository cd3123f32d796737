using Microsoft.Extensions.DependencyInjection;

namespace Platform.EventStore;

/// <summary>Registers event stores.</summary>
public static class ServiceCollectionExtensions
{
    /// <summary>
    /// Registers a service's store and, as hosted services in this order: its migration (waits for the database), its
    /// asynchronous projections and its subscriptions. Reads <see cref="DatabaseOptions"/> from the container.
    /// </summary>
    /// <param name="create">Makes the derived store, as in <c>(options, source) => new JobsStore(options, source)</c>.</param>
    public static IServiceCollection AddEventStore<TStore>(
        this IServiceCollection services,
        EventStoreOptions options,
        Func<EventStoreOptions, Npgsql.NpgsqlDataSource, TStore> create
    )
        where TStore : EventStore => throw new NotImplementedException();
}
