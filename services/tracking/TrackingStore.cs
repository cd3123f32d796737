using Npgsql;
using Platform.EventStore;

namespace Platform.Tracking;

/// <summary>The tracking service's event store (schema <c>tracking</c>).</summary>
public sealed class TrackingStore(EventStoreOptions options, NpgsqlDataSource dataSource)
    : EventStore.EventStore(options, dataSource);
