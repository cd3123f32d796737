namespace Platform.ServiceDefaults;

/// <summary>
/// Keeps how many rows of a table there are of each combination of some columns, so that totals need no counting. Triggers add
/// changes to a table of their own, which no two writers wait for; <see cref="FoldListCounts{TStore}"/> adds them up from time to time.
/// A view of both has the table's name with <c>_count</c>.
/// </summary>
public static class ListCounts
{
    /// <summary>The SQL of a migration that creates the counts of a table, also of the rows that it has already.</summary>
    /// <param name="table">The table.</param>
    /// <param name="columns">Columns of the table, and their types: text or boolean.</param>
    public static string Sql(string table, params IReadOnlyList<(string Name, string Type)> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        var names = string.Join(", ", columns.Select(column => column.Name));
        var definitions = string.Join(", ", columns.Select(column => $"{column.Name} {column.Type}"));
        string Of(string row) => string.Join(", ", columns.Select(column => Value(row, column)));
        return $"""
            create table {table}_count_sum ({definitions}, count bigint not null);
            create unique index {table}_count_sum_key on {table}_count_sum ({names});
            create table {table}_count_change ({definitions}, count bigint not null);
            create view {table}_count as
              select {names}, count from {table}_count_sum union all select {names}, count from {table}_count_change;
            insert into {table}_count_sum select {Of(table)}, count(*) from {table}
              group by {string.Join(", ", columns.Select((_, i) => i + 1))};
            create function {table}_count_row() returns trigger language plpgsql set search_path from current as $$
            begin
              if tg_op <> 'INSERT' then
                insert into {table}_count_change values ({Of("old")}, -1);
              end if;
              if tg_op <> 'DELETE' then
                insert into {table}_count_change values ({Of("new")}, 1);
              end if;
              return null;
            end $$;
            create function {table}_count_clear() returns trigger language plpgsql set search_path from current as $$
            begin
              delete from {table}_count_sum;
              delete from {table}_count_change;
              return null;
            end $$;
            create trigger {table}_count_added after insert or delete on {table}
              for each row execute function {table}_count_row();
            create trigger {table}_count_moved after update on {table} for each row
              when (({Of("old")}) is distinct from ({Of("new")})) execute function {table}_count_row();
            create trigger {table}_count_cleared after truncate on {table} execute function {table}_count_clear();
            """;
    }

    /// <summary>The SQL of a migration that removes the counts of a table, before it creates them with other columns.</summary>
    public static string DropSql(string table) =>
        $"""
            drop trigger {table}_count_added on {table};
            drop trigger {table}_count_moved on {table};
            drop trigger {table}_count_cleared on {table};
            drop function {table}_count_row();
            drop function {table}_count_clear();
            drop view {table}_count;
            drop table {table}_count_change;
            drop table {table}_count_sum;
            """;

    /// <summary>Text that is missing counts as empty, which no filter finds either: keys of an index are not null.</summary>
    private static string Value(string row, (string Name, string Type) column) =>
        column.Type.StartsWith("boolean", StringComparison.Ordinal)
            ? $"{row}.{column.Name}"
            : $"coalesce({row}.{column.Name}, '')";

    /// <summary>Adds up the changes so far.</summary>
    internal static string FoldSql(string table, IReadOnlyList<string> columns)
    {
        var names = string.Join(", ", columns);
        return $"""
            with change as (delete from {table}_count_change returning *)
            insert into {table}_count_sum as s ({names}, count)
            select {names}, sum(count) from change group by {names}
            on conflict ({names}) do update set count = s.count + excluded.count
            """;
    }
}
