using Npgsql;

namespace Platform.EventStore;

/// <summary>Makes the connections of one service.</summary>
public static class EventStoreDataSource
{
    /// <summary>
    /// A pool whose search path is the service's schema, with statements prepared as they recur. A session that idles inside
    /// a transaction for 30 s is ended by the server, because it would hold back every follower of the log.
    /// </summary>
    public static NpgsqlDataSource Create(string connectionString, EventStoreOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            SearchPath = options.Schema,
            MaxPoolSize = options.MaxPoolSize,
            MaxAutoPrepare = 64,
            KeepAlive = 30,
            // As long as the longest values, pieces of logs: with the default each is sent in many small parts.
            WriteBufferSize = 64 * 1024,
            ReadBufferSize = 32 * 1024,
            // Whoever changes its session undoes that; resetting every session costs as much as a statement.
            NoResetOnClose = true,
            // A projection that the database refuses must say at which event.
            IncludeFailedBatchedCommand = true,
        };
        settings.ApplicationName ??= $"platform-{options.Schema}";
        settings.Options = $"{settings.Options} -c idle_in_transaction_session_timeout=30000".Trim();
        return new NpgsqlDataSourceBuilder(settings.ConnectionString) { Name = options.Schema }.Build();
    }
}
