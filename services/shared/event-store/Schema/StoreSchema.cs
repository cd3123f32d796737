using Npgsql;

namespace Platform.EventStore;

/// <summary>
/// The SQL of the store itself: Marten's tables, column for column, the functions beside them, and the tables of snapshots
/// and migrations. Names are qualified where they run outside the service's search path.
/// </summary>
internal static class StoreSchema
{
    /// <summary>The stream is not at the version that was expected; the hint holds the actual one (details are redacted by Npgsql).</summary>
    public const string VersionConflict = "MT003";

    /// <summary>The stream is archived and takes no more events.</summary>
    public const string Archived = "MT001";

    /// <summary>Another process moved the progress row: two leaders.</summary>
    public const string ProgressFenced = "MT004";

    /// <summary>The store's own steps; the service's follow.</summary>
    public static readonly IReadOnlyList<Migration> Migrations =
    [
        new(
            "event_store_001_marten_tables",
            """
            create table mt_streams (
              id          varchar      not null,
              type        varchar,
              version     bigint,
              timestamp   timestamptz  not null default now(),
              created     timestamptz  not null default now(),
              tenant_id   varchar      default '*DEFAULT*',
              is_archived boolean      default false,
              constraint pkey_mt_streams_id primary key (id));

            create table mt_events (
              seq_id         bigint       not null constraint pkey_mt_events_seq_id primary key,
              id             uuid         not null,
              stream_id      varchar,
              version        bigint       not null,
              data           jsonb        not null,
              bdata          bytea,
              type           varchar(500) not null,
              timestamp      timestamptz  not null default now(),
              tenant_id      varchar      default '*DEFAULT*',
              mt_dotnet_type varchar,
              correlation_id varchar,
              causation_id   varchar,
              headers        jsonb,
              is_archived    boolean      default false,
              constraint fkey_mt_events_stream_id foreign key (stream_id) references mt_streams (id) on delete cascade);
            create unique index pk_mt_events_stream_and_version on mt_events (stream_id, version);
            create sequence mt_events_sequence owned by mt_events.seq_id;

            create table mt_event_progression (
              name         varchar not null constraint pk_mt_event_progression primary key,
              last_seq_id  bigint,
              last_updated timestamptz default transaction_timestamp());

            create table mt_high_water_skips (
              ending_sequence   bigint primary key,
              starting_sequence bigint not null,
              timestamp         timestamptz default transaction_timestamp());
            """
        ),
        new(
            "event_store_002_snapshot",
            """
            create table snapshot (
              stream_id varchar not null references mt_streams (id) on delete cascade,
              schema    varchar not null,
              version   bigint  not null,
              data      jsonb   not null,
              primary key (stream_id, schema));
            """
        ),
    ];

    /// <summary>
    /// The functions, replaced at each start. An append, of one stream or several, claims the rows of all its streams first: that
    /// takes the row locks and gives the transaction its xid before any sequence number is drawn, which is what the gap rule of the
    /// readers rests on. It returns the version of the last stream.
    /// </summary>
    public static string Functions(string schema)
    {
        var s = Quote(schema);
        return $"""
            create or replace function {s}.append_events(
              p_streams varchar[], p_stream_types varchar[], p_expected bigint[], p_counts bigint[], p_timestamps timestamptz[],
              p_correlations varchar[], p_causations varchar[], p_headers jsonb[],
              p_appends int[], p_offsets bigint[], p_ids uuid[], p_types varchar[], p_dotnet_types varchar[], p_bodies jsonb[])
            returns bigint
            language plpgsql as $$
            declare
              before bigint[] := array[]::bigint[];
              v bigint;
              actual bigint;
              archived boolean;
            begin
              for i in 1 .. cardinality(p_streams) loop
                if p_expected[i] > 0 then
                  update {s}.mt_streams set version = version + p_counts[i], timestamp = now()
                   where id = p_streams[i] and version = p_expected[i] and not is_archived
                  returning version into v;
                elsif p_expected[i] = 0 then
                  insert into {s}.mt_streams (id, type, version) values (p_streams[i], p_stream_types[i], p_counts[i])
                  on conflict (id) do nothing
                  returning version into v;
                else
                  insert into {s}.mt_streams as existing (id, type, version)
                  values (p_streams[i], p_stream_types[i], p_counts[i])
                  on conflict (id) do update set version = existing.version + p_counts[i], timestamp = now()
                   where not existing.is_archived
                  returning existing.version into v;
                end if;

                if v is null then
                  select version, is_archived into actual, archived from {s}.mt_streams where id = p_streams[i];
                  if archived then
                    raise exception using errcode = '{Archived}', message = 'The stream is archived.';
                  end if;
                  raise exception using errcode = '{VersionConflict}', message = 'The stream is at another version.',
                    hint = coalesce(actual, 0)::text;
                end if;
                before[i] := v - p_counts[i];
              end loop;

              insert into {s}.mt_events
                (seq_id, id, stream_id, version, data, type, timestamp, mt_dotnet_type, correlation_id, causation_id, headers)
              select nextval('{s}.mt_events_sequence'), e.id, p_streams[e.append], before[e.append] + e.place, e.body, e.type,
                     p_timestamps[e.append], e.dotnet_type, p_correlations[e.append], p_causations[e.append], p_headers[e.append]
                from unnest(p_appends, p_offsets, p_ids, p_types, p_dotnet_types, p_bodies)
                     as e (append, place, id, type, dotnet_type, body);
              return v;
            end $$;

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
