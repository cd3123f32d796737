-- A schema as release 0.1.0 leaves it: its tables and functions, and the events of two counters with their read model.
create schema counters;
set search_path to counters;
create table migration (name varchar primary key, applied_at timestamptz not null default now());

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
insert into migration (name) values ('event_store_001_marten_tables');

create table snapshot (
  stream_id varchar not null references mt_streams (id) on delete cascade,
  schema    varchar not null,
  version   bigint  not null,
  data      jsonb   not null,
  primary key (stream_id, schema));
insert into migration (name) values ('event_store_002_snapshot');

create or replace function counters.append_events(
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
      update counters.mt_streams set version = version + p_counts[i], timestamp = now()
       where id = p_streams[i] and version = p_expected[i] and not is_archived
      returning version into v;
    elsif p_expected[i] = 0 then
      insert into counters.mt_streams (id, type, version) values (p_streams[i], p_stream_types[i], p_counts[i])
      on conflict (id) do nothing
      returning version into v;
    else
      insert into counters.mt_streams as existing (id, type, version)
      values (p_streams[i], p_stream_types[i], p_counts[i])
      on conflict (id) do update set version = existing.version + p_counts[i], timestamp = now()
       where not existing.is_archived
      returning existing.version into v;
    end if;

    if v is null then
      select version, is_archived into actual, archived from counters.mt_streams where id = p_streams[i];
      if archived then
        raise exception using errcode = 'MT001', message = 'The stream is archived.';
      end if;
      raise exception using errcode = 'MT003', message = 'The stream is at another version.',
        hint = coalesce(actual, 0)::text;
    end if;
    before[i] := v - p_counts[i];
  end loop;

  insert into counters.mt_events
    (seq_id, id, stream_id, version, data, type, timestamp, mt_dotnet_type, correlation_id, causation_id, headers)
  select nextval('counters.mt_events_sequence'), e.id, p_streams[e.append], before[e.append] + e.place, e.body, e.type,
         p_timestamps[e.append], e.dotnet_type, p_correlations[e.append], p_causations[e.append], p_headers[e.append]
    from unnest(p_appends, p_offsets, p_ids, p_types, p_dotnet_types, p_bodies)
         as e (append, place, id, type, dotnet_type, body);
  return v;
end $$;

create or replace function counters.move_progress(p_name varchar, p_floor bigint, p_ceiling bigint) returns void
language plpgsql as $$
begin
  update counters.mt_event_progression set last_seq_id = p_ceiling, last_updated = transaction_timestamp()
   where name = p_name and last_seq_id = p_floor;
  if not found then
    raise exception using errcode = 'MT004',
      message = format('The progress of %s is no longer at %s: another process leads it.', p_name, p_floor);
  end if;
end $$;

create table counter_value (
  id varchar primary key, name varchar, value bigint not null default 0, version bigint not null,
  changes int not null default 1, last_sequence bigint not null, changed_at timestamptz not null);
insert into migration (name) values ('001_counter_value');

select append_events(array['a', 'b'], array['counter', 'counter'], array[0, 0], array[2, 1],
  array['2026-05-01T10:00:00.123456Z', '2026-05-01T10:00:01Z']::timestamptz[],
  array['job-1', null], array['request-1', null], array['{"traceparent": "00-1-2-03"}', null]::jsonb[],
  array[1, 1, 2], array[1, 2, 1],
  array['01890000-0000-7000-8000-000000000001', '01890000-0000-7000-8000-000000000002',
        '01890000-0000-7000-8000-000000000003']::uuid[],
  array['counter_opened', 'counter_raised', 'counter_ticked'],
  array['Platform.EventStore.Tests.CounterOpened, Platform.EventStore.Tests',
        'Platform.EventStore.Tests.CounterRaised, Platform.EventStore.Tests',
        'Platform.EventStore.Tests.CounterTicked, Platform.EventStore.Tests'],
  array['{"name": "first"}', '{"by": 2}', '{}']::jsonb[]);
insert into counter_value values
  ('a', 'first', 2, 2, 2, 0, '2026-05-01T10:00:00.123456Z'), ('b', null, 1, 1, 1, 0, '2026-05-01T10:00:01Z');
