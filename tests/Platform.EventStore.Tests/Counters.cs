using System.Text.Json.Serialization;
using Npgsql;

namespace Platform.EventStore.Tests;

/// <summary>A small service that the tests store: streams that count.</summary>
internal abstract record CounterEvent;

internal sealed record CounterOpened(string Name) : CounterEvent;

internal sealed record CounterRaised(int By) : CounterEvent;

/// <summary>The form that <c>counter_raised</c> had before: always by one.</summary>
internal sealed record CounterTicked;

internal sealed record Counter(string? Name, int Value);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(CounterOpened))]
[JsonSerializable(typeof(CounterRaised))]
[JsonSerializable(typeof(CounterTicked))]
[JsonSerializable(typeof(Counter))]
internal sealed partial class CounterJson : JsonSerializerContext;

internal static class Counters
{
    public static readonly Decider<Counter, CounterEvent> Decider = new(
        "counter",
        new Counter(null, 0),
        (state, @event) =>
            @event switch
            {
                CounterOpened e => state with { Name = e.Name },
                CounterRaised e => state with { Value = state.Value + e.By },
                _ => throw new System.Diagnostics.UnreachableException(),
            }
    );

    public static EventStoreOptions Options(string schema = "counters")
    {
        var options = new EventStoreOptions(schema) { PollInterval = TimeSpan.FromMilliseconds(50) };
        options
            .Events.Add("counter_opened", CounterJson.Default.CounterOpened)
            .Add("counter_raised", CounterJson.Default.CounterRaised)
            .Upcast("counter_ticked", CounterJson.Default.CounterTicked, _ => new CounterRaised(1));
        return options;
    }

    public static object[] Raise(params int[] by) => [.. by.Select(b => new CounterRaised(b))];

    /// <summary>Appends at whatever version the stream is, by deciding once more after each lost race.</summary>
    /// <returns>The stream's version afterwards.</returns>
    public static async Task<long> AppendAnywhereAsync(
        this CounterStore store,
        string streamId,
        IReadOnlyList<object> events,
        SideEffects? sideEffects = null
    )
    {
        var outcome = await store.HandleAsync(
            Decider,
            streamId,
            _ => Decision.Accept<CounterEvent>([.. events.Cast<CounterEvent>()]),
            sideEffects: sideEffects
        );
        return outcome.Version;
    }
}

internal sealed class CounterStore(EventStoreOptions options, NpgsqlDataSource dataSource)
    : EventStore(options, dataSource);

/// <summary>The value of each counter, and how often and when it changed: everything a projection can see of an event.</summary>
internal sealed class CounterValues(string name = "counter_value:v1", string table = "counter_value") : SqlProjection
{
    public override string Name => name;

    public override IReadOnlyList<string> Tables => [table];

    /// <summary>Called before each event is projected; throws, or adds what the database refuses, to make it fail.</summary>
    public Action<StoredEvent, NpgsqlBatch> Before { get; set; } = (_, _) => { };

    public Migration Migration =>
        new(
            $"001_{table}",
            $"""
            create table {table} (
              id varchar primary key, name varchar, value bigint not null default 0, version bigint not null,
              changes int not null default 1, last_sequence bigint not null, changed_at timestamptz not null);
            """
        );

    public override void Project(StoredEvent stored, NpgsqlBatch batch)
    {
        Before(stored, batch);
        var (counterName, by) = stored.Data switch
        {
            CounterOpened e => (e.Name, 0),
            CounterRaised e => ((string?)null, e.By),
            _ => (null, 0),
        };
        batch.Add(
            $"""
            insert into {table} as c (id, name, value, version, last_sequence, changed_at) values ($1, $2, $3, $4, $5, $6)
            on conflict (id) do update set name = coalesce(excluded.name, c.name), value = c.value + excluded.value,
              version = excluded.version, changes = c.changes + 1, last_sequence = excluded.last_sequence,
              changed_at = excluded.changed_at
            """,
            stored.StreamId,
            new NpgsqlParameter
            {
                Value = (object?)counterName ?? DBNull.Value,
                NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Varchar,
            },
            by,
            stored.Version,
            stored.Sequence,
            stored.Timestamp
        );
    }
}
