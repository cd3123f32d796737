using System.Globalization;
using System.Text.Json;
using Platform.Contracts.Sentences;
using Platform.Mlflow.Filtering;
using Platform.ServiceDefaults;
using Platform.Tracking.Mlflow.Inputs;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Filtering;

/// <summary>
/// Turns a filter into a condition on <c>run r</c>. What a run does not have fulfils no comparison, whatever its operator; <c>not</c>
/// finds the others. Values of clients are parameters, never SQL.
/// </summary>
internal sealed class RunFilterSql(Func<object, string> parameter, bool takesAnyWord = false)
{
    /// <summary>The datasets that a run reads.</summary>
    public const string Datasets = "datasets";

    /// <summary>MLflow's names for the parts of a run, in singular, plural and short form.</summary>
    private static readonly Dictionary<string, string> _entities = new(StringComparer.Ordinal)
    {
        ["metric"] = "metrics",
        ["metrics"] = "metrics",
        ["param"] = "params",
        ["params"] = "params",
        ["parameter"] = "params",
        ["parameters"] = "params",
        ["tag"] = "tags",
        ["tags"] = "tags",
        ["summary"] = "summary",
        ["dataset"] = Datasets,
        ["datasets"] = Datasets,
        ["attr"] = "attributes",
        ["attribute"] = "attributes",
        ["attributes"] = "attributes",
        ["run"] = "attributes",
    };

    private Sentence? _problem;

    /// <summary>The condition; null when something is wrong.</summary>
    /// <param name="takesAnyWord">True where a status that there is not finds nothing, as MLflow has it; otherwise it is wrong.</param>
    public static string? Translate(
        FilterNode node,
        Func<object, string> parameter,
        out Sentence? problem,
        bool takesAnyWord = false
    )
    {
        var translation = new RunFilterSql(parameter, takesAnyWord);
        var sql = translation.Sql(node);
        problem = translation._problem;
        return problem is null ? sql : null;
    }

    /// <summary>The entity that a name means; null for none.</summary>
    public static string? EntityOf(string? name) =>
        name is null ? "attributes" : _entities.GetValueOrDefault(name.ToLowerInvariant());

    private string? Sql(FilterNode node) =>
        node switch
        {
            FilterNode.Many many => $"({string.Join(many.All ? " and " : " or ", many.Parts.Select(Sql))})",
            FilterNode.Not not => $"not {Sql(not.Part)}",
            FilterNode.Comparison comparison => Compare(comparison) is { } sql ? $"coalesce({sql}, false)" : null,
            _ => throw new ArgumentOutOfRangeException(nameof(node)),
        };

    /// <summary>One comparison of a filter that was translated before, as an index may answer it: null instead of false is allowed.</summary>
    public static string Comparison(FilterNode.Comparison comparison, Func<object, string> parameter) =>
        new RunFilterSql(parameter, takesAnyWord: true).Compare(comparison)!;

    private string? Compare(FilterNode.Comparison c)
    {
        var entity = EntityOf(c.Field.Entity);
        if (entity is "attributes")
        {
            return RunAttribute.Find(c.Field.Key) is { } attribute
                ? CompareAttribute(attribute, c)
                : Fail(FilterSentences.Attribute.With(c.Field.Key, RunAttribute.Names));
        }

        if (entity is null)
        {
            return Fail(
                FilterSentences.Entity.With(c.Field.Entity!, "metrics, params, tags, summary, datasets, attributes")
            );
        }

        if (!RunRules.IsKey(c.Field.Key))
        {
            return Fail(FilterSentences.Key);
        }

        return entity switch
        {
            "metrics" => CompareMetric(c),
            Datasets => CompareDataset(c),
            "tags" => CompareText(c, $"r.tags ->> {parameter(c.Field.Key)}", Contains("tags", c)),
            "params" => CompareValue(c, "parameters"),
            _ => CompareValue(c, "summary"),
        };
    }

    private string? CompareMetric(FilterNode.Comparison c)
    {
        var metric =
            $"select from run_metric m where m.run = r.number and m.key = {RunFacts.Key("metrics", parameter(c.Field.Key))}";
        if (c.Operator is FilterOperator.IsNull)
        {
            return $"not exists ({metric})";
        }

        if (FilterSymbols.Of(c.Operator) is not { } symbol)
        {
            return Fail(FilterSentences.Operator.With(c.Field.ToString()));
        }

        return NumberOf(c) is { } number
            ? $"exists ({metric} and {MetricIs("m.value", c.Operator, symbol, number, parameter)})"
            : null;
    }

    /// <summary>One of the datasets of the run has it.</summary>
    private string? CompareDataset(FilterNode.Comparison c)
    {
        var column = c.Field.Key switch
        {
            "name" => "d.name",
            "digest" => "d.digest",
            "context" => $"(i.tags ->> '{DatasetInput.ContextTag}')",
            _ => null,
        };
        if (column is null)
        {
            return Fail(
                FilterSentences.Attribute.With(c.Field.ToString(), "dataset.name, dataset.digest, dataset.context")
            );
        }

        const string OfRun = "select from run_dataset i join dataset d on d.id = i.dataset_id where i.run_id = r.id";
        return c.Operator switch
        {
            FilterOperator.IsNull => $"not exists ({OfRun} and {column} is not null)",
            FilterOperator.Equal
            or FilterOperator.NotEqual
            or FilterOperator.Like
            or FilterOperator.LikeInAnyCase
            or FilterOperator.In => $"exists ({OfRun} and {CompareText(c, column, indexed: null)})",
            _ => Fail(FilterSentences.Operator.With(c.Field.ToString())),
        };
    }

    /// <summary>PostgreSQL's NaN is greater than any number and equal to itself; that of a series has no order.</summary>
    public static string MetricIs(
        string value,
        FilterOperator comparison,
        string symbol,
        double number,
        Func<object, string> parameter
    ) =>
        comparison is FilterOperator.Equal or FilterOperator.NotEqual ? $"{value} {symbol} {parameter(number)}"
        : double.IsNaN(number) ? "false"
        : $"{value} <> 'NaN' and {value} {symbol} {parameter(number)}";

    /// <summary>A JSON value: as a number where a number without quotes is asked for, otherwise as text.</summary>
    private string? CompareValue(FilterNode.Comparison c, string column)
    {
        if (c.Values is not [{ Number: { } number }] || FilterSymbols.Of(c.Operator) is not { } symbol)
        {
            return CompareText(c, $"r.{column} ->> {parameter(c.Field.Key)}", Contains(column, c));
        }

        return $"{NumberIn(column, parameter(c.Field.Key))} {symbol} {parameter(number)}";
    }

    /// <summary>The number under a key; null where there is none. Clients that know only text, such as those of MLflow, log numbers as text.</summary>
    public static string NumberIn(string column, string key) => $"run_number_in(r.{column} -> {key})";

    /// <summary>The same comparison in a form that an index answers; null when there is none.</summary>
    private string? Contains(string column, FilterNode.Comparison c) =>
        c is { Operator: FilterOperator.Equal, Values: [{ Text: var text }] }
            ? $"r.{column} @> {parameter(Pair(c.Field.Key, text))}::jsonb"
            : null;

    private static string Pair(string key, string value) =>
        JsonSerializer.Serialize(new Dictionary<string, string>(StringComparer.Ordinal) { [key] = value });

    private string? CompareAttribute(RunAttribute attribute, FilterNode.Comparison c) =>
        c.Operator is FilterOperator.IsNull ? $"{attribute.Sql} is null"
        : !takesAnyWord && attribute.UnknownWord(c) is { } word
            ? Fail(FilterSentences.Status.With(ClientText.Brief(word), string.Join(", ", RunNames.Statuses)))
        : attribute.Kind is RunAttributeKind.Text
            ? CompareText(attribute.Means(c), attribute.Indexed ?? attribute.Sql, indexed: null)
        : CompareNumber(attribute, c);

    private string? CompareNumber(RunAttribute attribute, FilterNode.Comparison c)
    {
        if (FilterSymbols.Of(c.Operator) is not { } symbol)
        {
            return Fail(FilterSentences.Operator.With(c.Field.ToString()));
        }

        if (attribute.Kind is RunAttributeKind.Time)
        {
            // The database's clock, so that the pages of one list have the same filter.
            return c.Values[0].Age is { } age ? $"{attribute.Sql} {symbol} now() - {parameter(age)}"
                : TimeOf(c.Values[0]) is { } time ? $"{attribute.Sql} {symbol} {parameter(time)}"
                : Fail(FilterSentences.Time.With(c.Field.ToString(), c.Values[0].Position));
        }

        return c.Values[0].Age is { } span ? $"{attribute.Sql} {symbol} {parameter(span.TotalSeconds)}"
            : NumberOf(c) is { } number ? $"{attribute.Sql} {symbol} {parameter(number)}"
            : null;
    }

    private string CompareText(FilterNode.Comparison c, string sql, string? indexed) =>
        CompareText(c, sql, indexed, parameter);

    /// <summary>A comparison of texts.</summary>
    /// <param name="indexed">The same as equality in a form that an index answers; null when there is none.</param>
    public static string CompareText(
        FilterNode.Comparison c,
        string sql,
        string? indexed,
        Func<object, string> parameter
    ) =>
        c.Operator switch
        {
            FilterOperator.IsNull => $"{sql} is null",
            FilterOperator.Equal => indexed is null
                ? IsOneOf(c, sql, parameter)
                // Numbers and truth values of parameters are found by their text as well.
                : $"({indexed} or {IsOneOf(c, sql, parameter)})",
            FilterOperator.In => IsOneOf(c, sql, parameter),
            FilterOperator.Like => $"{sql} like {parameter(FilterValue.PatternOf(c.Values[0].Text))}",
            FilterOperator.LikeInAnyCase =>
                $"run_in_any_case({sql}) like {parameter(FilterValue.PatternOf(TextIndex.Fold(c.Values[0].Text)))}",
            _ => $"{sql} {FilterSymbols.Of(c.Operator)} {parameter(c.Values[0].Text)}",
        };

    private static string IsOneOf(FilterNode.Comparison c, string sql, Func<object, string> parameter)
    {
        // The database writes 1e-05 with all its digits: clients know it as they logged it.
        var texts = c
            .Values.SelectMany(value => new[] { value.Text, StoredNumbers.Expand(value.Text) })
            .OfType<string>()
            .ToArray();
        return texts is [var one] ? $"{sql} = {parameter(one)}" : $"{sql} = any({parameter(texts)})";
    }

    private double? NumberOf(FilterNode.Comparison c)
    {
        if (NumberOf(c.Values[0]) is { } number)
        {
            return number;
        }

        Fail(FilterSentences.Number.With(c.Field.ToString(), c.Values[0].Position));
        return null;
    }

    /// <summary>A number, also in quotes, or one of the names of what is none, such as NaN.</summary>
    public static double? NumberOf(FilterValue value) =>
        value.Number
        ?? (
            double.TryParse(value.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var named) ? named : null
        );

    /// <summary>A time as text, or in milliseconds since 1970 as MLflow has it.</summary>
    private static DateTimeOffset? TimeOf(FilterValue value) =>
        value.Number is >= -62_135_596_800_000 and <= 253_402_300_799_999
            ? DateTimeOffset.FromUnixTimeMilliseconds((long)value.Number)
        : DateTimeOffset.TryParse(
            value.Text,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var time
        )
            ? time
        : null;

    private string? Fail(Sentence problem)
    {
        _problem ??= problem;
        return null;
    }
}
