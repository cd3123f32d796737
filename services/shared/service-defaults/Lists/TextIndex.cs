namespace Platform.ServiceDefaults;

/// <summary>
/// Columns and indexes for texts that are searched for within others, in any case. A column for searches has the text in lower case as
/// .NET writes it (<see cref="string.ToLowerInvariant"/>): what PostgreSQL makes of letters beyond ASCII depends on the locale with
/// which the database was created.
/// </summary>
public static class TextIndex
{
    /// <summary>The SQL of a migration that adds a column for searches and fills it for the rows that are there.</summary>
    /// <param name="table">The table.</param>
    /// <param name="column">The new column.</param>
    /// <param name="text">The column that it has in lower case.</param>
    public static string ColumnSql(string table, string column, string text) =>
        $"""
            alter table {table} add column {column} text collate "C";
            do $$ begin
              if exists (select from pg_collation where collname = 'und-x-icu') then
                update {table} set {column} = lower({text} collate "und-x-icu") where {text} is not null;
              else
                update {table} set {column} = lower({text}) where {text} is not null;
              end if;
            end $$;
            """;

    /// <summary>The same with an index of the new column, in place of one of the text itself.</summary>
    /// <param name="index">The name that the index had and has.</param>
    public static string ColumnWithIndexSql(string index, string table, string column, string text) =>
        $"""
            {ColumnSql(table, column, text)}
            drop index if exists {index};
            {Sql(index, table, column)}
            """;

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
