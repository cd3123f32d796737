using Npgsql;
using Platform.EventStore;

namespace Platform.Nodes;

/// <summary>The streams of nodes and placements and the read models beside them, in schema <c>nodes</c>.</summary>
public sealed class NodesStore(EventStoreOptions options, NpgsqlDataSource dataSource)
    : EventStore.EventStore(options, dataSource);
