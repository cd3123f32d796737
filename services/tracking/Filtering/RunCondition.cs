using System.Globalization;
using Platform.Mlflow.Filtering;

namespace Platform.Tracking.Filtering;

/// <summary>A condition that runs must fulfil, in the forms in which it can be asked for.</summary>
/// <param name="Row">Over <c>run r</c>.</param>
/// <param name="Numbers">A query of the numbers of all runs that fulfil it, as <c>run</c>, from an index; null when there is no index.</param>
/// <param name="Holds">Whether it holds for the run of a number. It costs little after all numbers were read once.</param>
/// <param name="IsScan">True when <paramref name="Numbers"/> reads everything under a key, however few fulfil it.</param>
internal sealed record RunCondition(string Row, string? Numbers, Func<string, string> Holds, bool IsScan = false)
{
    /// <summary>The same as <see cref="Holds"/> for a query that PostgreSQL may join in an order of its own.</summary>
    public string Joins(string run) => Numbers is null ? Holds(run) : $"{run} in ({Numbers})";

    /// <summary>What it compares, as orders have it: <c>metrics.loss</c>; null when it is more than one comparison.</summary>
    public string? Field { get; private init; }

    /// <summary>The comparison with an expression that has the value, by which an index is ordered; null when there is none.</summary>
    public Func<string, string>? On { get; private init; }

    /// <summary>The comparison as the last part of <see cref="Numbers"/>, to which one of the same field can be added; null when it is more.</summary>
    private string? Range { get; init; }

    /// <summary>The texts that fulfil it where a key has few, so that not all runs under the key are read; null for no such comparison.</summary>
    public FewTexts? Texts { get; private init; }

    /// <summary>True when <see cref="Numbers"/> may give a run more than once.</summary>
    public bool MayRepeat { get; private init; }

    public const string NotDeleted = "not r.is_deleted";

    /// <summary>The conditions, those that compare one field as one: neither end of a range selects as little as both.</summary>
    public static List<RunCondition> Merge(IEnumerable<RunCondition> conditions)
    {
        var merged = new List<RunCondition>();
        foreach (var condition in conditions)
        {
            var same = merged.FindIndex(one =>
                one.Range is not null
                && condition.Range is not null
                && string.Equals(one.Field, condition.Field, StringComparison.Ordinal)
            );
            if (same < 0)
            {
                merged.Add(condition);
            }
            else
            {
                merged[same] = merged[same].And(condition);
            }
        }

        return merged;
    }

    private RunCondition And(RunCondition other)
    {
        var numbers = $"{Numbers} and {other.Range}";
        return new($"{Row} and {other.Row}", numbers, run => In(run, numbers), IsScan && other.IsScan)
        {
            Field = Field,
            On = value => $"{On!(value)} and {other.On!(value)}",
            Range = $"{Range} and {other.Range}",
        };
    }

    /// <summary>A condition on columns of runs.</summary>
    /// <param name="row">Over <c>run r</c>.</param>
    public static RunCondition OfRow(string row, bool isIndexed = true)
    {
        if (string.Equals(row, NotDeleted, StringComparison.Ordinal))
        {
            // Nearly all runs are not; those that are have an index.
            return new(row, Numbers: null, run => $"not {In(run, RowNumbers("r.is_deleted"))}");
        }

        var numbers = RowNumbers(row);
        return isIndexed
            ? new(row, numbers, run => In(run, numbers))
            : new(
                row,
                Numbers: null,
                run =>
                    string.Equals(run, RunWalk.Row, StringComparison.Ordinal)
                        ? $"coalesce({row}, false)"
                        : $"exists (select from run r where r.number = {run} and {row})"
            );
    }

    /// <summary>A condition of a filter that was translated before.</summary>
    /// <param name="row">What it was translated to.</param>
    public static RunCondition Of(FilterNode node, string row, Func<object, string> parameter)
    {
        var condition = Of(node, parameter);
        return condition with { Row = row };
    }

    private static RunCondition Of(FilterNode node, Func<object, string> parameter)
    {
        switch (node)
        {
            case FilterNode.Not { Part: FilterNode.Comparison { Operator: FilterOperator.IsNull } isNull }
                when FactOf(isNull.Field) is { } fact:
                var all = Under(fact.Entity, fact.Key, parameter);
                return new("", all, run => In(run, all));
            case FilterNode.Not not:
                var part = Of(not.Part, parameter);
                return new("", Numbers: null, run => $"not {part.Holds(run)}");
            case FilterNode.Many many:
                return Many(many.All, [.. many.Parts.Select(one => Of(one, parameter))]);
            case FilterNode.Comparison comparison:
                return Compare(comparison, parameter);
            default:
                throw new ArgumentOutOfRangeException(nameof(node));
        }
    }

    private static RunCondition Many(bool all, List<RunCondition> parts)
    {
        string Holds(string run) => $"({string.Join(all ? " and " : " or ", parts.Select(part => part.Holds(run)))})";
        if (!all)
        {
            return new(
                "",
                parts.Exists(part => part.Numbers is null)
                    ? null
                    : string.Join(" union all ", parts.Select(part => $"({part.Numbers})")),
                Holds,
                parts.Exists(part => part.IsScan)
            )
            {
                MayRepeat = true,
            };
        }

        var first = parts.Find(part => part is { Numbers: not null, IsScan: false });
        return new(
            "",
            first is null
                ? null
                : $"select a.run from ({first.Numbers}) a where {string.Join(" and ", parts.Where(part => part != first).Select(part => part.Holds("a.run")))}",
            Holds,
            // How many there are is known only after the other parts were asked.
            IsScan: true
        )
        {
            MayRepeat = first is { MayRepeat: true },
        };
    }

    private static RunCondition Compare(FilterNode.Comparison c, Func<object, string> parameter)
    {
        if (FactOf(c.Field) is { } fact)
        {
            return OfFact(c, fact.Entity, fact.Key, parameter);
        }

        var row = RunFilterSql.Comparison(c, parameter);
        if (RunFilterSql.EntityOf(c.Field.Entity) is RunFilterSql.Datasets)
        {
            return OfRow(row) with { IsScan = IsScanning(c) };
        }

        var attribute = RunAttribute.Find(c.Field.Key)!;
        var isTime = attribute.Kind is RunAttributeKind.Time;
        return OfRow(row, attribute.Indexed is not null) with
        {
            IsScan = attribute.Kind is RunAttributeKind.Text && IsScanning(c),
            Field = $"attributes.{attribute.Sql}",
            On = isTime ? _ => row : null,
            Range = isTime && attribute.Indexed is not null ? row : null,
        };
    }

    /// <summary>What a field is in the tables of facts; null for a column of runs.</summary>
    private static (string Entity, string Key)? FactOf(FieldName field) =>
        RunFilterSql.EntityOf(field.Entity) is not ("attributes" or RunFilterSql.Datasets) and { } entity
            ? (entity, field.Key)
        : RunAttribute.Find(field.Key) is { Tag: { } tag } ? ("tags", tag)
        : null;

    private static string Under(string entity, string key, Func<object, string> parameter) =>
        $"select v.run from {(entity is "metrics" ? "run_metric" : "run_value")} v where v.key = {RunFacts.Key(entity, parameter(key))}";

    private static RunCondition OfFact(
        FilterNode.Comparison c,
        string entity,
        string key,
        Func<object, string> parameter
    )
    {
        if (c.Operator is FilterOperator.IsNull)
        {
            var having = Under(entity, key, parameter);
            return new("", Numbers: null, run => $"not {In(run, having)}");
        }

        var under = Under(entity, key, parameter);

        var symbol = FilterSymbols.Of(c.Operator);
        var on = NumberOn(c, entity, symbol, parameter);
        var range = on?.Invoke(entity is "metrics" ? "v.value" : "v.number");
        if (range is null)
        {
            return OfTexts(c, under, RunFacts.Key(entity, parameter(key)), parameter) with
            {
                Field = $"{entity}.{key}",
            };
        }

        var numbers = $"{under} and {range}";
        return new("", numbers, run => In(run, numbers), IsScanning(c))
        {
            Field = $"{entity}.{key}",
            On = on,
            Range = range,
        };
    }

    /// <summary>The comparison of a number with an expression; null where texts are compared.</summary>
    private static Func<string, string>? NumberOn(
        FilterNode.Comparison c,
        string entity,
        string? symbol,
        Func<object, string> parameter
    )
    {
        if (entity is "metrics" && RunFilterSql.NumberOf(c.Values[0]) is { } value)
        {
            var compared = parameter(value);
            return column => RunFilterSql.MetricIs(column, c.Operator, symbol!, value, _ => compared);
        }

        if (entity is not "tags" && symbol is not null && c.Values is [{ Number: { } number }])
        {
            var compared = parameter(number);
            return column => $"{column} {symbol} {compared}";
        }

        return null;
    }

    /// <summary>Texts that their index has in full, and those beyond, which the run itself has.</summary>
    private static RunCondition OfTexts(
        FilterNode.Comparison c,
        string under,
        string hash,
        Func<object, string> parameter
    )
    {
        var most = RunFacts.IndexedText.ToString(CultureInfo.InvariantCulture);
        var compare = RunFilterSql.CompareText(c, "v.text", indexed: null, parameter);
        var row = RunFilterSql.Comparison(c, parameter);
        var condition = Of(compare);
        return IsScanning(c)
            ? condition with
            {
                IsScan = true,
                Texts = new(hash, compare, texts => Of($"v.text = any({texts})")),
            }
            : condition;

        RunCondition Of(string full)
        {
            var numbers = $"""
                ({under} and v.is_text = any('{"{"}true,false{"}"}') and {full} and length(v.text) < {most}
                union all {under} and length(v.text) = {most} and exists (select from run r where r.number = v.run and {row}))
                """;
            return new("", numbers, run => In(run, numbers));
        }
    }

    /// <summary>What begins with anything, or differs, is found by reading all.</summary>
    private static bool IsScanning(FilterNode.Comparison c) =>
        c.Operator is FilterOperator.NotEqual or FilterOperator.LikeInAnyCase
        || (c.Operator is FilterOperator.Like && c.Values[0].Text is ['%' or '_', ..]);

    private static string RowNumbers(string row) => $"select r.number as run from run r where {row}";

    /// <summary>
    /// With <c>is true</c> the numbers are read once into a hash table; without it PostgreSQL would join, in an order of its own.
    /// </summary>
    private static string In(string run, string numbers) => $"(({run} in ({numbers})) is true)";
}
