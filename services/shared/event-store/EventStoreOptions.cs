using Npgsql;

namespace Platform.EventStore;

/// <summary>What one service stores: its schema, events, tables, projections and subscriptions.</summary>
/// <param name="schema">The PostgreSQL schema, which is the service's alone.</param>
public sealed class EventStoreOptions(string schema)
{
    /// <summary>The PostgreSQL schema.</summary>
    public string Schema { get; } = schema;

    /// <summary>The event types the service knows.</summary>
    public EventTypes Events { get; } = new();

    /// <summary>The service's own tables, in order.</summary>
    public IList<Migration> Migrations { get; } = [];

    /// <summary>Projections that run in the append's transaction, so that a reader sees its own writes.</summary>
    public IList<SqlProjection> InlineProjections { get; } = [];

    /// <summary>Projections that follow the log.</summary>
    public IList<SqlProjection> AsyncProjections { get; } = [];

    /// <summary>Creates the subscriptions; called once the container exists.</summary>
    public IList<Func<IServiceProvider, Subscription>> Subscriptions { get; } = [];

    /// <summary>How long a follower of the log sleeps when nothing woke it: only a wake-up that was lost waits for it.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The most events a follower of the log handles at once.</summary>
    public int PageSize { get; set; } = 500;

    /// <summary>Gives events their timestamps; taken from the container by <c>AddEventStore</c> when it holds one.</summary>
    public TimeProvider Clock { get; set; } = TimeProvider.System;

    /// <summary>How many connections the service may hold.</summary>
    public int MaxPoolSize { get; set; } = 20;

    /// <summary>How many of them it always holds, as for what follows the log and for its locks: a start that does not get them is refused.</summary>
    public int ConnectionsAtRest { get; set; } = 6;
}

/// <summary>Where the database is; one for all schemas.</summary>
public sealed class DatabaseOptions
{
    /// <summary>An Npgsql connection string (<c>ConnectionStrings:Platform</c>).</summary>
    public required string ConnectionString { get; set; }
}

/// <summary>Extra work in an append's transaction, such as a side row that has no event of its own.</summary>
/// <param name="batch">The batch to add commands to; they run after the events are stored.</param>
public delegate void SideEffects(NpgsqlBatch batch);
