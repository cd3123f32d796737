using Npgsql;

namespace Platform.EventStore;

/// <summary>What this library keeps in a schema beside Marten's tables.</summary>
internal static class StoreSchema
{
    /// <summary>Another process moved the progress row: two leaders.</summary>
    public const string ProgressFenced = "MT004";

    /// <summary>Steps of earlier releases, whose work is Marten's now or no longer done: known, and never run again.</summary>
    public static readonly IReadOnlyList<string> RetiredMigrations =
    [
        "event_store_001_marten_tables",
        "event_store_002_snapshot",
    ];

    /// <summary>The library's own steps; the service's follow.</summary>
    public static readonly IReadOnlyList<Migration> Migrations =
    [
        new(
            "event_store_003_appends_by_marten",
            """
            drop function if exists append_events;
            drop table if exists snapshot;
            """
        ),
    ];

    /// <summary>The functions, replaced at each start. Names are qualified because they run under any search path.</summary>
    public static string Functions(string schema)
    {
        var s = Quote(schema);
        return $"""
            create or replace function {s}.move_progress(p_name varchar, p_floor bigint, p_ceiling bigint) returns void
            language plpgsql as $$
            begin
              update {s}.mt_event_progression set last_seq_id = p_ceiling, last_updated = transaction_timestamp()
               where name = p_name and last_seq_id = p_floor;
              if not found then
                raise exception using errcode = '{ProgressFenced}',
                  message = format('The progress of %s is no longer at %s: another process leads it.', p_name, p_floor);
              end if;
            end $$;
            """;
    }

    /// <summary>An identifier in SQL text.</summary>
    public static string Quote(string identifier) => new NpgsqlCommandBuilder().QuoteIdentifier(identifier);
}
