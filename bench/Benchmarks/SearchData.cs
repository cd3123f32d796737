using System.Globalization;
using Npgsql;

namespace Platform.Bench.Benchmarks;

/// <summary>Runs with 20 parameters, 20 metrics and five tags each, of which some depend on each other.</summary>
internal static class SearchData
{
    /// <summary>Keys of parameters with their values and the numbers that these are.</summary>
    private static readonly (string Key, string Text, bool IsNumber)[] _parameters =
    [
        ("lr", $"({Of(1)} % 1000 / 10000.0)", true),
        ("optimizer", $"(array['adam', 'sgd', 'adamw', 'lion'])[1 + {Of(2)} % 4]", false),
        ("batch", $"(8 << ({Of(3)} % 6))", true),
        ("seed", Of(4), true),
        ("host", $"'gpu-' || {Of(5)} % 200", false),
        .. Enumerable
            .Range(6, 15)
            .Select(number => (Key: $"p{number}", Text: $"({Of(number)} % 100 / 10.0)", IsNumber: true)),
    ];

    private static readonly (string Key, string Text)[] _tags =
    [
        ("owner", $"'user' || {Of(21)} % 40"),
        ("stage", $"(array['dev', 'test', 'production'])[1 + ({Of(22)} % 20 >= 17)::int + ({Of(22)} % 20 = 19)::int]"),
        ("team", "'team' || lpad((i % 10)::text, 2, '0')"),
        ("ticket", $"'T-' || {Of(23)} % 100000"),
        ("dataset", $"'set' || {Of(24)} % 12"),
    ];

    /// <summary>A low loss goes with a high accuracy.</summary>
    private static readonly (string Key, string Value)[] _metrics =
    [
        ("val/loss", $"({Of(31)} / 2147483647.0)"),
        ("val/acc", $"(1 - {Of(31)} / 2147483647.0)"),
        .. Enumerable.Range(2, 18).Select(number => (Key: $"m{number}", Value: $"({Of(30 + number)} / 2147483647.0)")),
    ];

    /// <summary>The id of a run by its number.</summary>
    public static string IdOf(int number) =>
        string.Create(CultureInfo.InvariantCulture, $"01980000-0000-7000-8000-{number:x12}");

    public static async Task FillAsync(Cluster cluster, int runs, CancellationToken cancellationToken)
    {
        var database = await cluster.DatabaseAsync(cancellationToken);
        await using var source = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(database.ConnectionString)
            {
                SearchPath = "tracking,public",
            }.ConnectionString
        );
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        foreach (var sql in Statements(runs))
        {
            await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        // Their changes are added up every ten seconds.
        await using var left = new NpgsqlCommand("select count(*) from run_count_change", connection);
        while ((long)(await left.ExecuteScalarAsync(cancellationToken))! > 0)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
        }
    }

    private static string[] Statements(int runs)
    {
        var id = "'01980000-0000-7000-8000-' || lpad(to_hex(i), 12, '0')";
        var time = string.Create(CultureInfo.InvariantCulture, $"(now() - ({runs} - i) * interval '1 minute')");
        string Rows(string values) =>
            string.Create(
                CultureInfo.InvariantCulture,
                $"from generate_series(1::bigint, {runs}) i, lateral (values {values}) v(key, is_text, number, text)"
            );
        return
        [
            "set synchronous_commit = off; set maintenance_work_mem = '512MB'; set jit = off",
            // The facts are written at once, and their indexes afterwards.
            """
                alter table run disable trigger run_facts_added;
                alter table metric_series disable trigger run_metric_added;
                create temp table kept as select indexname, indexdef from pg_indexes
                  where schemaname = 'tracking' and tablename in ('run_value', 'run_metric') and indexname not like '%_pkey';
                do $$ declare i record; begin
                  for i in select indexname from kept loop execute format('drop index %I', i.indexname); end loop;
                end $$;
                alter table run_value drop constraint run_value_pkey;
                alter table run_metric drop constraint run_metric_pkey
                """,
            $"""
                insert into run (id, project, name, search_name, status, parameters, tags, created_at, started_at, ended_at, updated_at, version)
                select {id}, 'team' || lpad((i % 10)::text, 2, '0') || '/p' || i / 10 % 20, 'train-' || i, 'train-' || i,
                  case when i % 20 = 0 then 'failed' else 'finished' end,
                  jsonb_build_object({string.Join(", ", _parameters.Select(one => $"'{one.Key}', {one.Text}"))}),
                  jsonb_build_object({string.Join(", ", _tags.Select(one => $"'{one.Key}', {one.Text}"))}),
                  {time}, {time}, {time} + interval '1 hour', {time} + interval '1 hour', 25
                from generate_series(1::bigint, {runs.ToString(CultureInfo.InvariantCulture)}) i
                """,
            $"""
            insert into run_value (run, key, is_text, number, text)
            select i, v.key, v.is_text, v.number, v.text
            {Rows(string.Join(", ", _parameters.Select(one => $"(hashtextextended('{one.Key}', 1), {(one.IsNumber ? "false" : "true")}, {(one.IsNumber ? $"{one.Text}::float8" : "null::float8")}, ({one.Text})::text)")
                .Concat(_tags.Select(one => $"(hashtextextended('{one.Key}', 3), true, null::float8, {one.Text})"))))}
            """,
            $"""
                insert into run_metric (run, key, value)
                select i, v.key, v.number
                {Rows(
                    string.Join(
                        ", ",
                        _metrics.Select(one => $"(hashtextextended('{one.Key}', 0), false, {one.Value}::float8, '')")
                    )
                )}
                """,
            $"""
                insert into metric_series (run_id, key, count, last_step, last_at, last_value, min_step, min_value, max_step, max_value)
                select {id}, v.text, 100, 100, {time}, v.number, 50, v.number, 1, v.number * 2
                {Rows(string.Join(", ", _metrics.Select(one => $"(0, false, {one.Value}::float8, '{one.Key}')")))}
                """,
            """
                alter table run_value add primary key (run, key);
                alter table run_metric add primary key (run, key);
                do $$ declare i record; begin
                  for i in select indexdef from kept loop execute i.indexdef; end loop;
                end $$;
                alter table run enable trigger run_facts_added;
                alter table metric_series enable trigger run_metric_added
                """,
            "vacuum analyze",
        ];
    }

    /// <summary>One of 2^31 numbers that look random, of the run and of what it is for.</summary>
    private static string Of(int what) =>
        string.Create(CultureInfo.InvariantCulture, $"(hashint8(i * 1000003 + {what}) & 2147483647)");
}
