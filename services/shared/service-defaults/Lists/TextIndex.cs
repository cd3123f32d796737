using System.Buffers;
using System.Globalization;

namespace Platform.ServiceDefaults;

/// <summary>
/// Columns and indexes for texts that are searched for within others, in any case. A column for searches has the text as
/// <see cref="Fold"/> writes it: what PostgreSQL makes of letters beyond ASCII depends on the locale with which the database was created.
/// </summary>
public static class TextIndex
{
    /// <summary>
    /// Letters that stay apart in lower case although they are one letter in upper case: the Greek final sigma, the signs of mathematics
    /// and old Cyrillic print, and the Turkish İ, which has no lower case of one letter.
    /// </summary>
    private const string Variants =
        "\u03c2\u00b5\u03d0\u03d1\u03d5\u03d6\u03f0\u03f1\u03f5\u1e9b\u1fbe\u0345\u0130\u1c80\u1c81\u1c82\u1c83\u1c84\u1c85\u1c86\u1c87\u1c88";

    /// <summary>What each of them is searched as.</summary>
    private const string Letters =
        "\u03c3\u03bc\u03b2\u03b8\u03c6\u03c0\u03ba\u03c1\u03b5\u1e61\u03b9\u03b9i\u0432\u0434\u043e\u0441\u0442\u0442\u044a\u0463\ua64b";

    /// <summary>What is left of İ in full lower case: i with another dot above.</summary>
    private const string DottedTwice = "i\u0307";

    private static readonly SearchValues<char> _special = SearchValues.Create(Variants + DottedTwice[1]);

    /// <summary>
    /// A text without the difference of upper and lower case. Letters and their accents may be written as one character or as two, which
    /// stays a difference.
    /// </summary>
    public static string Fold(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var lower = text.ToLowerInvariant();
        if (!lower.AsSpan().ContainsAny(_special))
        {
            return lower;
        }

        var folded = string.Create(
            lower.Length,
            lower,
            (characters, source) =>
            {
                for (var i = 0; i < characters.Length; i++)
                {
                    var variant = Variants.IndexOf(source[i], StringComparison.Ordinal);
                    characters[i] = variant < 0 ? source[i] : Letters[variant];
                }
            }
        );
        return folded.Replace(DottedTwice, "i", StringComparison.Ordinal);
    }

    /// <summary>The SQL of a migration that writes a column of lower case, as it was before, as <see cref="Fold"/> does.</summary>
    public static string FoldSql(string table, string column)
    {
        // With escapes: where the database has another encoding, none of the letters can be in it.
        var folded = $"replace(translate({column}, {Quoted(Variants)}, {Quoted(Letters)}), {Quoted(DottedTwice)}, 'i')";
        return $"""
            do $$ begin
              if current_setting('server_encoding') = 'UTF8' then
                update {table} set {column} = {folded} where {column} <> {folded};
              end if;
            end $$;
            """;
    }

    /// <summary>The SQL of a migration that creates a function of a text which writes it as <see cref="Fold"/> does.</summary>
    /// <param name="name">The name of the function.</param>
    public static string FoldFunctionSql(string name) =>
        $"""
            do $create$ declare folded text := 'lower($1)'; begin
              if exists (select from pg_collation where collname = 'und-x-icu') then
                folded := 'lower($1 collate "und-x-icu")';
              end if;
              if current_setting('server_encoding') = 'UTF8' then
                folded := format('replace(translate(%s, %L, %L), %L, ''i'')', folded, {Quoted(Variants)}, {Quoted(
            Letters
        )}, {Quoted(DottedTwice)});
              end if;
              execute format(
                'create function {name}(text) returns text language sql immutable strict parallel safe as %L',
                'select (' || folded || ') collate "C"');
            end $create$;
            """;

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

    private static string Quoted(string text) =>
        $"U&'{string.Concat(text.Select(letter => string.Create(CultureInfo.InvariantCulture, $"\\{(int)letter:x4}")))}'";

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
