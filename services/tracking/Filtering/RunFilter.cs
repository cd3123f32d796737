using System.Globalization;
using Platform.Contracts.Sentences;
using Platform.Mlflow.Filtering;
using Platform.ServiceDefaults;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Filtering;

/// <summary>The filter of a list of runs, and the orders by what runs log.</summary>
internal static class RunFilter
{
    /// <summary>Adds a filter that a client wrote; what is wrong with it is noted under the name of the query parameter.</summary>
    /// <param name="finder">Gets the parts that all must hold, as conditions of its own.</param>
    public static void AddRunFilter(this ListFilter filter, string name, string? text, RunFinder finder)
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

        filter.AddRunFilter(node, finder, meaning => filter.Reject(name, meaning));
    }

    /// <summary>Adds a filter that was read.</summary>
    /// <param name="reject">Gets what it means that there is not.</param>
    /// <param name="takesAnyWord">True where a status that there is not finds nothing, as MLflow has it.</param>
    public static void AddRunFilter(
        this ListFilter filter,
        FilterNode node,
        RunFinder finder,
        Action<Sentence> reject,
        bool takesAnyWord = false
    )
    {
        foreach (var part in Parts(TagsOfMlflow.Resolve(node)))
        {
            filter.Add(parameter =>
            {
                if (RunFilterSql.Translate(part, parameter, out var meaning, takesAnyWord) is not { } sql)
                {
                    reject(meaning!);
                    return "false";
                }

                finder.Add(RunCondition.Of(part, sql, parameter));
                return sql;
            });
        }
    }

    /// <summary>The parts of which all must hold.</summary>
    private static IEnumerable<FilterNode> Parts(FilterNode node) =>
        node is FilterNode.Many { All: true } many ? many.Parts.SelectMany(Parts) : [node];

    /// <summary>What an order is by, as in <c>metrics.val/loss</c>; null for no such field.</summary>
    public static (string Entity, string Key)? FieldOf(string name)
    {
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        return dot < 0 || RunFilterSql.EntityOf(name[..dot]) is not { } entity
            ? null
            : Of(entity, name[(dot + 1)..].Trim('`', '"'));

        static (string Entity, string Key) Of(string entity, string key) =>
            TagsOfMlflow.AttributeOf(entity, key) is { } attribute ? ("attributes", attribute) : (entity, key);
    }

    /// <summary>How orders by what runs log, and by their attributes, are written.</summary>
    public static readonly IReadOnlyList<string> SortNames =
    [
        "metrics.<key>",
        "params.<key>",
        "summary.<key>",
        "tags.<key>",
        "attributes.<name>",
    ];

    /// <summary>
    /// Orders by the last value of a metric, a parameter, a summary value, a tag or an attribute, as in <c>metrics.val/loss</c>: numbers,
    /// then texts, then NaN, and what has none last, in both directions. Equal ones are in the order of their creation.
    /// </summary>
    public static IReadOnlyList<ListColumn>? Sort(string name, bool isDescending, Func<object, string> parameter) =>
        FieldOf(name) is { } field ? Sort(field.Entity, field.Key, isDescending, parameter) : null;

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
            RunFilterSql.Datasets => null,
            "metrics" => Metric(RunFacts.Key("metrics", parameter(key)), isDescending),
            "tags" => OfFact("null::float8", $"r.tags ->> {parameter(key)}", isDescending),
            "params" => Values("parameters", parameter(key), isDescending),
            "summary" => Values("summary", parameter(key), isDescending),
            _ => RunAttribute.Find(key) switch
            {
                null => null,
                { Tag: { } tag } => Sort("tags", tag, isDescending, parameter),
                { Kind: RunAttributeKind.Text } text => Order("null::float8", text.Sql, isDescending),
                { Kind: RunAttributeKind.Time } time => Order(
                    $"extract(epoch from {time.Sql})::float8",
                    "null::text",
                    isDescending
                ),
                { } duration => Order(duration.Sql, "null::text", isDescending),
            },
        };
    }

    private static IReadOnlyList<ListColumn> Metric(string hash, bool isDescending)
    {
        var ranks = Ranks(isDescending);
        var metric = $"from run_metric m where m.run = r.number and m.key = {hash}";
        return
        [
            ListColumn.Number(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"coalesce((select case when m.value <> 'NaN' then {ranks[0]} else {ranks[2]} end {metric}), {ranks[3]})"
                )
            ),
            ListColumn.Real($"coalesce((select nullif(m.value, 'NaN') {metric}), 0)"),
            ListColumn.Text("coalesce(null::text, '')"),
            ListColumn.Number(RunWalk.Row),
        ];
    }

    private static IReadOnlyList<ListColumn> Values(string column, string key, bool isDescending) =>
        OfFact(RunFilterSql.NumberIn(column, key), $"r.{column} ->> {key}", isDescending);

    /// <summary>By as much of a text as its index has.</summary>
    private static IReadOnlyList<ListColumn> OfFact(string number, string text, bool isDescending) =>
        [
            .. Order(
                number,
                string.Create(CultureInfo.InvariantCulture, $"left({text}, {RunFacts.IndexedText})"),
                isDescending
            ),
            ListColumn.Number(RunWalk.Row),
        ];

    private static IReadOnlyList<ListColumn> Order(string number, string text, bool isDescending)
    {
        var ranks = Ranks(isDescending);
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

    /// <summary>All columns go in one direction, so the ranks count in it.</summary>
    private static int[] Ranks(bool isDescending) => isDescending ? [3, 2, 1, 0] : [0, 1, 2, 3];
}
