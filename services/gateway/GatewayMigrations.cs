using Platform.EventStore;

namespace Platform.Gateway;

/// <summary>The gateway's tables. All are read models but <c>token_use</c>: that a token was used is no event and survives a rebuild.</summary>
internal static class GatewayMigrations
{
    /// <summary>The SQL state of a change after which no enabled administrator would be left.</summary>
    public const string NoAdministratorLeft = "PG001";

    public static readonly IReadOnlyList<Migration> All =
    [
        new(
            "001_token",
            """
            create table token (
              token_id uuid primary key,
              name varchar not null,
              scope varchar not null,
              hash varchar not null unique,
              created_by varchar not null,
              created_at timestamptz not null,
              revoked_at timestamptz);
            create table token_use (
              token_id uuid primary key,
              last_used_at timestamptz not null);
            """
        ),
        // A token of release 0.1.0 says whose it is by its name.
        new(
            "002_token_user",
            """
            alter table token
              add column user_id varchar, add column user_name varchar, add column role varchar,
              add column expires_at timestamptz;
            update token set user_id = 'user:' || lower(name), user_name = name,
              role = case scope when 'admin' then 'administrator' when 'read' then 'viewer' else scope end;
            alter table token
              alter column user_id set not null, alter column user_name set not null, alter column role set not null,
              drop column scope;
            """
        ),
        // Two administrators may disable each other at the same time: the lock lets the second see what the first did.
        new(
            "003_user_account",
            $"""
            create table user_account (
              user_id varchar primary key,
              name varchar not null,
              role varchar not null,
              is_enabled boolean not null,
              added_at timestamptz not null,
              changed_at timestamptz not null,
              version bigint not null);
            create function require_administrator() returns void language plpgsql as $$
            begin
              perform pg_advisory_xact_lock(hashtextextended('gateway administrators', 0));
              perform 1 from user_account where role = 'administrator' and is_enabled;
              if not found then
                raise exception 'no administrator would be left' using errcode = '{NoAdministratorLeft}';
              end if;
            end $$;
            """
        ),
        new(
            "004_project",
            """
            create table project (
              path varchar collate "C" primary key,
              description varchar,
              retention_days integer,
              created_at timestamptz not null,
              changed_at timestamptz not null,
              version bigint not null);
            """
        ),
    ];
}
