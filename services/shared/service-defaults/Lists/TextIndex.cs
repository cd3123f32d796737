namespace Platform.ServiceDefaults;

/// <summary>Indexes for texts that are searched for within others.</summary>
public static class TextIndex
{
    /// <summary>
    /// The SQL of a migration that creates a trigram index (<c>pg_trgm</c>), where the extension is installed or may be. Without
    /// it, a search reads the whole table.
    /// </summary>
    /// <param name="name">The name of the index.</param>
    /// <param name="table">The table.</param>
    /// <param name="expression">What is searched, in parentheses when it is no column.</param>
    public static string Sql(string name, string table, string expression) =>
        $"""
            do $$ begin
              begin
                create extension if not exists pg_trgm schema public;
              exception
                -- Another service is creating it.
                when unique_violation or duplicate_object then null;
                when insufficient_privilege or undefined_file or feature_not_supported or invalid_schema_name then
                  raise warning 'searches of {table} are slow without the extension pg_trgm: %', sqlerrm;
              end;
              -- It may have been installed elsewhere.
              execute coalesce(
                (select format('create index {name} on {table} using gin ({expression} %I.gin_trgm_ops)', n.nspname)
                 from pg_extension e join pg_namespace n on n.oid = e.extnamespace where e.extname = 'pg_trgm'),
                'select 1');
            end $$;
            """;
}
