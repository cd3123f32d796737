using Platform.EventStore;
using Platform.ServiceDefaults;

namespace Platform.Tracking.Filtering;

/// <summary>
/// The tables that searches of runs read: what each run logged, one row for each key, with indexes by key and value. Triggers keep
/// them equal to <c>run</c> and <c>metric_series</c> within the same transaction, whatever writes there: appends, a rebuild, an import.
/// </summary>
internal static class RunFacts
{
    /// <summary>How many characters of a text its index has. An entry of an index takes at most 2,700 bytes.</summary>
    public const int IndexedText = 250;

    /// <summary>Keys of metrics, parameters, summary values and tags are told apart by the seed of their hash.</summary>
    private static readonly Dictionary<string, int> _seeds = new(StringComparer.Ordinal)
    {
        ["metrics"] = 0,
        ["params"] = 1,
        ["summary"] = 2,
        ["tags"] = 3,
    };

    public static readonly Migration Migration = new(
        "020_run_facts",
        $"""
        -- From here to the end nobody logs, so that nothing is missed.
        lock table run, metric_series in share row exclusive mode;
        {NumberSql}
        {TableSql}
        {TriggerSql}
        {FillSql}
        {AttributeSql}
        """
    );

    public static readonly Migration FoldMigration = new(
        "021_run_in_any_case",
        TextIndex.FoldFunctionSql("run_in_any_case")
    );

    private static string NumberSql =>
        $$"""
            -- Facts name a run by a number, which is short. It is no part of the read model: a rebuild must not change it, because metrics
            -- are logged meanwhile.
            create table run_number (
              run_id text primary key,
              number int not null unique generated always as identity);
            insert into run_number (run_id) select id from run order by created_at, id;
            alter table run add column number int;
            update run r set number = n.number from run_number n where n.run_id = r.id;
            alter table run alter column number set not null;
            create unique index run_by_number on run (number);

            create function run_takes_number() returns trigger language plpgsql set search_path from current as $$
            begin
              select n.number into new.number from run_number n where n.run_id = new.id;
              if not found then
                insert into run_number (run_id) values (new.id)
                  on conflict (run_id) do update set run_id = excluded.run_id returning number into new.number;
              end if;
              return new;
            end $$;
            create trigger run_numbered before insert on run for each row execute function run_takes_number();
            """;

    private static string TableSql =>
        $$"""
            -- Clients that know only text, such as those of MLflow, log numbers as text. PostgreSQL refuses to read what is too small for a float8.
            create function run_number_in(value jsonb) returns float8 language sql immutable parallel safe as $$
              select case when jsonb_typeof(value) = 'number'
                  or length(value #>> '{}') <= 200 and value #>> '{}' ~ '^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,2})?$'
                then case when abs((value #>> '{}')::numeric) < 1e-307 then 0 else (value #>> '{}')::float8 end end
            $$;
            create function run_facts(parameters jsonb, summary jsonb, tags jsonb)
              returns table (key bigint, is_text boolean, number float8, text text) language sql immutable as $$
              select distinct on (1) hashtextextended(v.key, v.seed), n.number is null, n.number, left(v.value #>> '{}', {{IndexedText}})
              from (
                select p.key, p.value, {{Seed("params")}} as seed from jsonb_each(parameters) p
                union all select s.key, s.value, {{Seed("summary")}} from jsonb_each(summary) s
                union all select t.key, t.value, {{Seed("tags")}} from jsonb_each(tags) t) v,
                lateral (select case when v.seed <> {{Seed("tags")}} then run_number_in(v.value) end as number) n
              where jsonb_typeof(v.value) <> 'null'
            $$;

            create table run_value (
              run int not null,
              key bigint not null,
              is_text boolean not null,
              number float8,
              text text not null);
            create table run_metric (
              run int not null,
              key bigint not null,
              value float8 not null);
            """;

    private static string TriggerSql =>
        $$"""
            create function run_keeps_facts() returns trigger language plpgsql set search_path from current as $$
            begin
              if tg_op = 'DELETE' then
                delete from run_value where run = old.number;
                return null;
              end if;
              if tg_op = 'UPDATE' then
                delete from run_value v where v.run = new.number
                  and v.key not in (select f.key from run_facts(new.parameters, new.summary, new.tags) f);
              end if;
              insert into run_value as v select new.number, f.* from run_facts(new.parameters, new.summary, new.tags) f
              on conflict (run, key) do update
                set is_text = excluded.is_text, number = excluded.number, text = excluded.text
                where (v.is_text, v.number, v.text) is distinct from (excluded.is_text, excluded.number, excluded.text);
              return null;
            end $$;
            create trigger run_facts_added after insert or delete on run for each row execute function run_keeps_facts();
            create trigger run_facts_changed after update of parameters, summary, tags on run for each row
              when ((old.parameters, old.summary, old.tags) is distinct from (new.parameters, new.summary, new.tags))
              execute function run_keeps_facts();

            create function run_keeps_metrics() returns trigger language plpgsql set search_path from current as $$
            begin
              insert into run_metric as m
                select n.number, hashtextextended(c.key, {{Seed("metrics")}}), c.last_value
                from changed c join run_number n on n.run_id = c.run_id where c.count > 0 and c.last_value is not null
              on conflict (run, key) do update set value = excluded.value where m.value is distinct from excluded.value;
              return null;
            end $$;
            create function run_loses_metrics() returns trigger language plpgsql set search_path from current as $$
            begin
              delete from run_metric m using gone g join run_number n on n.run_id = g.run_id
                where m.run = n.number and m.key = hashtextextended(g.key, {{Seed("metrics")}});
              return null;
            end $$;
            create trigger run_metric_added after insert on metric_series
              referencing new table as changed for each statement execute function run_keeps_metrics();
            create trigger run_metric_changed after update on metric_series
              referencing new table as changed for each statement execute function run_keeps_metrics();
            create trigger run_metric_removed after delete on metric_series
              referencing old table as gone for each statement execute function run_loses_metrics();
            """;

    private static string FillSql =>
        $$"""
            insert into run_value select r.number, f.* from run r, run_facts(r.parameters, r.summary, r.tags) f;
            insert into run_metric
              select n.number, hashtextextended(m.key, {{Seed("metrics")}}), m.last_value
              from metric_series m join run_number n on n.run_id = m.run_id where m.count > 0 and m.last_value is not null;
            alter table run_value add primary key (run, key);
            create index run_value_text on run_value (key, is_text, text, run);
            create index run_value_number on run_value (key, number, run) where number is not null;
            create index run_value_cut on run_value (key, run) where length(text) = {{IndexedText}};
            alter table run_metric add primary key (run, key);
            create index run_metric_value on run_metric (key, value, run);
            """;

    private static string AttributeSql =>
        $$"""
            -- The runs in the order of an attribute, without reading the runs.
            drop index run_created, run_updated, run_name, run_project, run_sorted_by_project, run_status, run_sorted_by_status, run_deleted;
            create index run_created on run (created_at, id) include (number);
            create index run_updated on run (updated_at, id) include (number);
            create index run_started on run (started_at, id) include (number);
            -- MLflow's order.
            create index run_newest on run (started_at desc nulls last, id) include (number);
            create index run_ended on run (ended_at, id) include (number);
            create index run_name on run (name, id) include (number);
            create index run_project on run (project collate "C", created_at, id) include (number);
            create index run_sorted_by_project on run (coalesce(project, ''), id) include (number);
            create index run_status on run (status, created_at, id) include (number);
            create index run_sorted_by_status on run (status, id) include (number);
            create index run_by_group on run (nullif(group_name, ''), id) include (number);
            create index run_by_alias on run (nullif(alias, ''), id) include (number);
            create index run_by_job on run ((job_id::text)) where job_id is not null;
            create index run_deleted on run (created_at, id) include (number) where is_deleted;
            """;

    /// <summary>The hash of a key, as SQL.</summary>
    /// <param name="entity">Such as <c>metrics</c>.</param>
    /// <param name="key">A parameter with the key.</param>
    public static string Key(string entity, string key) => $"hashtextextended({key}, {Seed(entity)})";

    private static string Seed(string entity) =>
        _seeds[entity].ToString(System.Globalization.CultureInfo.InvariantCulture);
}
