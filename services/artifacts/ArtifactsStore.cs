using Npgsql;
using Platform.EventStore;

namespace Platform.Artifacts;

/// <summary>The event store and read models of this service (schema <c>artifacts</c>).</summary>
internal sealed class ArtifactsStore(EventStoreOptions options, NpgsqlDataSource dataSource)
    : EventStore.EventStore(options, dataSource);
