using System.Globalization;
using Platform.Mlflow.Filtering;
using Platform.ServiceDefaults;

namespace Platform.Mlflow;

/// <summary>
/// A search of MLflow's for things with attributes and tags, as SQL: which are searched for, and their order. Values of clients are
/// parameters, never SQL.
/// </summary>
public sealed class AttributeSearch
{
    private readonly AttributeColumns _columns;
    private readonly List<object> _parameters = [];

    private AttributeSearch(AttributeColumns columns) => _columns = columns;

    /// <summary>The condition.</summary>
    public string Condition { get; private set; } = "true";

    /// <summary>The values of its parameters, from <c>$1</c>.</summary>
    public IReadOnlyList<object> Parameters => _parameters;

    /// <summary>After <c>order by</c>.</summary>
    public string Order { get; private init; } = "";

    /// <summary>Reads the fields <c>filter</c> (or <paramref name="filterField"/>) and <c>order_by</c> of a request.</summary>
    /// <param name="conditions">What has to hold besides.</param>
    /// <exception cref="MlflowException">They are not valid.</exception>
    public static AttributeSearch Of(
        MlflowRequest request,
        AttributeColumns columns,
        IEnumerable<string> conditions,
        string filterField = "filter"
    )
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(columns);
        var search = new AttributeSearch(columns) { Order = OrderOf(request.Texts("order_by"), columns) };
        var all = conditions.ToList();
        if (request.Text(filterField) is { Length: > 0 } filter)
        {
            var node =
                FilterParser.Parse(filter, out var problem)
                ?? throw MlflowException.Invalid($"Invalid filter '{ClientText.Brief(filter)}': {problem!.Text}");
            all.Add(search.Sql(node));
        }

        search.Condition = string.Join(" and ", all.DefaultIfEmpty("true"));
        return search;
    }

    private static string OrderOf(IReadOnlyList<string> orders, AttributeColumns columns)
    {
        var parts = new List<string>();
        foreach (var order in orders)
        {
            parts.Add(
                FilterParser.ParseOrder(order, out var isDescending) is { } field && columns.Find(field) is { } column
                    ? $"{column.Sql} {(isDescending ? "desc" : "asc")}"
                    : throw MlflowException.Invalid($"Invalid order_by entry '{ClientText.Brief(order)}'.")
            );
        }

        return string.Join(", ", parts.DefaultIfEmpty(columns.DefaultOrder).Append(columns.LastOrder));
    }

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
        var column = c.Field.Entity?.ToLowerInvariant() is "tag" or "tags"
            ? new AttributeColumn($"{_columns.Tags} ->> {Parameter(c.Field.Key)}", AttributeKind.Text)
            : _columns.Find(c.Field) ?? throw MlflowException.Invalid($"Invalid attribute key '{c.Field}' specified.");
        if (column.Kind is not AttributeKind.Text && c.Operator is not (FilterOperator.In or FilterOperator.IsNull))
        {
            var number = c.Values is [{ Number: { } given }]
                ? given
                : throw MlflowException.Invalid($"Expected a numeric value for '{c.Field}'.");
            var value = column.Kind is AttributeKind.Time ? $"extract(epoch from {column.Sql}) * 1000" : column.Sql;
            return $"{value} {SymbolOf(c)} {Parameter(number)}";
        }

        return c.Operator switch
        {
            FilterOperator.In =>
                $"({column.Sql})::text = any({Parameter(c.Values.Select(value => value.Text).ToArray())})",
            FilterOperator.IsNull => $"({column.Sql}) is null",
            FilterOperator.Like => $"({column.Sql})::text like {Parameter(c.Values[0].Text)}",
            FilterOperator.LikeInAnyCase => $"({column.Sql})::text ilike {Parameter(c.Values[0].Text)}",
            FilterOperator.Equal or FilterOperator.NotEqual =>
                $"({column.Sql})::text {SymbolOf(c)} {Parameter(c.Values[0].Text)}",
            _ => throw MlflowException.Invalid($"Invalid comparator for '{c.Field}'."),
        };
    }

    private static string SymbolOf(FilterNode.Comparison c) =>
        FilterSymbols.Of(c.Operator) ?? throw MlflowException.Invalid($"Invalid comparator for '{c.Field}'.");

    private string Parameter(object value)
    {
        _parameters.Add(value);
        return string.Create(CultureInfo.InvariantCulture, $"${_parameters.Count}");
    }
}

/// <summary>What an attribute is compared as.</summary>
public enum AttributeKind
{
    Text,
    Number,

    /// <summary>Compared in milliseconds since 1970.</summary>
    Time,
}

/// <summary>An attribute as SQL.</summary>
public sealed record AttributeColumn(string Sql, AttributeKind Kind);

/// <summary>The attributes of what is searched.</summary>
/// <param name="ByName">By MLflow's name.</param>
/// <param name="Tags">The JSON object with the tags.</param>
/// <param name="DefaultOrder">Where a request has no order.</param>
/// <param name="LastOrder">What orders all that are equal otherwise.</param>
public sealed record AttributeColumns(
    IReadOnlyDictionary<string, AttributeColumn> ByName,
    string Tags,
    string DefaultOrder,
    string LastOrder
)
{
    internal AttributeColumn? Find(FieldName field) =>
        field.Entity?.ToLowerInvariant() is null or "attribute" or "attributes" or "attr"
            ? ByName.GetValueOrDefault(field.Key)
            : null;
}
