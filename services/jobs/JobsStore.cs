using Npgsql;
using Platform.EventStore;

namespace Platform.Jobs;

/// <summary>The event store and the tables of jobs (schema <c>jobs</c>).</summary>
internal sealed class JobsStore(EventStoreOptions options, NpgsqlDataSource dataSource)
    : EventStore.EventStore(options, dataSource);
