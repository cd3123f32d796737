using System.Globalization;
using Platform.ServiceDefaults;
using Platform.Tracking.Filtering;

namespace Platform.Tracking.Mlflow.Experiments;

/// <summary>Which experiments are searched for, and their order, as SQL over <c>experiment e</c>.</summary>
internal sealed class ExperimentSearch
{
    private static readonly Dictionary<string, string> _columns = new(StringComparer.Ordinal)
    {
        ["name"] = "e.name",
        ["experiment_id"] = "e.id",
        ["creation_time"] = "e.created_at",
        ["last_update_time"] = "e.updated_at",
    };

    private readonly List<object> _parameters = [];

    public string Condition { get; private set; } = "true";

    public IReadOnlyList<object> Parameters => _parameters;

    public string Order { get; private init; } = "";

    public static ExperimentSearch Of(MlflowRequest request)
    {
        var search = new ExperimentSearch { Order = OrderOf(request.Texts("order_by")) };
        var conditions = new List<string>
        {
            (request.Text("view_type") ?? "ACTIVE_ONLY") switch
            {
                "ACTIVE_ONLY" or "1" => "not e.is_deleted",
                "DELETED_ONLY" or "2" => "e.is_deleted",
                "ALL" or "3" => "true",
                var other => throw MlflowException.Invalid($"Invalid view_type '{ClientText.Brief(other)}'."),
            },
        };
        if (request.Text("filter") is { Length: > 0 } filter)
        {
            var node =
                FilterParser.Parse(filter, out var problem)
                ?? throw MlflowException.Invalid($"Invalid filter '{ClientText.Brief(filter)}': {problem!.Text}");
            conditions.Add(search.Sql(node));
        }

        search.Condition = string.Join(" and ", conditions);
        return search;
    }

    private static string OrderOf(IReadOnlyList<string> orders)
    {
        var columns = new List<string>();
        foreach (var order in orders)
        {
            columns.Add(
                FilterParser.ParseOrder(order, out var isDescending) is { } field && ColumnOf(field) is { } column
                    ? $"{column} {(isDescending ? "desc" : "asc")}"
                    : throw MlflowException.Invalid($"Invalid order_by entry '{ClientText.Brief(order)}'.")
            );
        }

        return string.Join(", ", columns.DefaultIfEmpty("e.created_at desc").Append("e.id desc"));
    }

    /// <summary>The column of an attribute; null when there is none.</summary>
    private static string? ColumnOf(FieldName field) =>
        field.Entity?.ToLowerInvariant() is null or "attribute" or "attributes" or "attr"
            ? _columns.GetValueOrDefault(field.Key)
            : null;

    private string Sql(FilterNode node) =>
        node switch
        {
            FilterNode.Many many => $"({string.Join(many.All ? " and " : " or ", many.Parts.Select(Sql))})",
            FilterNode.Not not => $"not {Sql(not.Part)}",
            FilterNode.Comparison comparison => $"coalesce({Compare(comparison)}, false)",
            _ => throw new ArgumentOutOfRangeException(nameof(node)),
        };

    private string Compare(FilterNode.Comparison c)
    {
        var sql = c.Field.Entity?.ToLowerInvariant() is "tag" or "tags"
            ? $"e.tags ->> {Parameter(c.Field.Key)}"
            : ColumnOf(c.Field);
        if (sql is null)
        {
            throw MlflowException.Invalid($"Invalid attribute key '{c.Field}' specified.");
        }

        if (sql is "e.created_at" or "e.updated_at")
        {
            var number = c.Values is [{ Number: { } milliseconds }]
                ? milliseconds
                : throw MlflowException.Invalid($"Expected a numeric value for '{c.Field}'.");
            return $"extract(epoch from {sql}) * 1000 {SymbolOf(c)} {Parameter(number)}";
        }

        return c.Operator switch
        {
            FilterOperator.In => $"{sql}::text = any({Parameter(c.Values.Select(value => value.Text).ToArray())})",
            FilterOperator.IsNull => $"{sql} is null",
            FilterOperator.Like => $"{sql}::text like {Parameter(c.Values[0].Text)}",
            FilterOperator.LikeInAnyCase => $"{sql}::text ilike {Parameter(c.Values[0].Text)}",
            FilterOperator.Equal or FilterOperator.NotEqual =>
                $"{sql}::text {SymbolOf(c)} {Parameter(c.Values[0].Text)}",
            _ => throw MlflowException.Invalid($"Invalid comparator for '{c.Field}'."),
        };
    }

    private static string SymbolOf(FilterNode.Comparison c) =>
        RunFilterSql.Symbol(c.Operator) ?? throw MlflowException.Invalid($"Invalid comparator for '{c.Field}'.");

    private string Parameter(object value)
    {
        _parameters.Add(value);
        return string.Create(CultureInfo.InvariantCulture, $"${_parameters.Count}");
    }
}
