using System.Globalization;
using Platform.Mlflow.Filtering;
using Platform.ServiceDefaults;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Filtering;

/// <summary>The filter of a list of runs, and the orders by what runs log.</summary>
internal static class RunFilter
{
    /// <summary>Adds a filter that a client wrote; what is wrong with it is noted under the name of the query parameter.</summary>
    public static void AddRunFilter(this ListFilter filter, string name, string? text)
    {
        if (string.IsNullOrWhiteSpace(text) || !filter.TakesText(name, text, FilterParser.MaxLength))
        {
            return;
        }

        if (FilterParser.Parse(text, out var problem) is not { } node)
        {
            filter.Reject(name, problem!);
            return;
        }

        filter.Add(parameter =>
        {
            var sql = RunFilterSql.Translate(node, parameter, out var meaning);
            if (sql is null)
            {
                filter.Reject(name, meaning!);
            }

            return sql ?? "false";
        });
    }

    /// <summary>
    /// Orders by the last value of a metric, a parameter, a summary value, a tag or an attribute, as in <c>metrics.val/loss</c>: numbers,
    /// then texts, then NaN, and what has none last, in both directions.
    /// </summary>
    public static IReadOnlyList<ListColumn>? Sort(string name, bool isDescending, Func<object, string> parameter)
    {
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        return dot < 0 ? null : Sort(name[..dot], name[(dot + 1)..].Trim('`', '"'), isDescending, parameter);
    }

    public static IReadOnlyList<ListColumn>? Sort(
        string? entityName,
        string key,
        bool isDescending,
        Func<object, string> parameter
    )
    {
        if (!RunRules.IsKey(key) || RunFilterSql.EntityOf(entityName) is not { } entity)
        {
            return null;
        }

        return entity switch
        {
            "metrics" => Order(
                $"(select m.last_value from metric_series m where m.run_id = r.id and m.count > 0 and m.key = {parameter(key)})",
                text: "null::text",
                isDescending
            ),
            "tags" => Order("null::float8", $"r.tags ->> {parameter(key)}", isDescending),
            "params" => Values("parameters", parameter(key), isDescending),
            "summary" => Values("summary", parameter(key), isDescending),
            _ => RunAttribute.Find(key) is { } attribute
                ? Order(
                    attribute.Kind switch
                    {
                        RunAttributeKind.Text => "null::float8",
                        RunAttributeKind.Time => $"extract(epoch from {attribute.Sql})::float8",
                        _ => attribute.Sql,
                    },
                    attribute.Kind is RunAttributeKind.Text ? attribute.Sql : "null::text",
                    isDescending
                )
                : null,
        };
    }

    private static IReadOnlyList<ListColumn> Values(string column, string key, bool isDescending) =>
        Order(RunFilterSql.NumberIn(column, key), $"r.{column} ->> {key}", isDescending);

    private static IReadOnlyList<ListColumn> Order(string number, string text, bool isDescending)
    {
        // All columns go in one direction, so the ranks count in it.
        int[] ranks = isDescending ? [3, 2, 1, 0] : [0, 1, 2, 3];
        return
        [
            ListColumn.Number(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"(case when {number} <> 'NaN' then {ranks[0]} when {number} = 'NaN' then {ranks[2]} when {text} is not null then {ranks[1]} else {ranks[3]} end)"
                )
            ),
            ListColumn.Real($"coalesce(nullif({number}, 'NaN'), 0)"),
            ListColumn.Text($"coalesce({text}, '')"),
        ];
    }
}
