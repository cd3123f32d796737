using Npgsql;
using Platform.EventStore;

namespace Platform.Jobs;

/// <summary>The log and the tables of jobs, in the schema <c>jobs</c>.</summary>
internal sealed class JobsStore(EventStoreOptions options, NpgsqlDataSource dataSource)
    : EventStore.EventStore(options, dataSource);
