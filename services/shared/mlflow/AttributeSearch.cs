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
    public string Order { get; private set; } = "";

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
        return Of(
            request.Text(filterField),
            [.. request.Texts("order_by").Select(order => AttributeOrder.Parse(order, columns))],
            columns,
            _ => conditions
        );
    }

    /// <summary>The same for a request whose order has other fields.</summary>
    /// <param name="conditions">What has to hold besides; it gets what makes a parameter of a value.</param>
    public static AttributeSearch Of(
        string? filter,
        IReadOnlyList<AttributeOrder> orders,
        AttributeColumns columns,
        Func<Func<object, string>, IEnumerable<string>> conditions
    )
    {
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentNullException.ThrowIfNull(conditions);
        var search = new AttributeSearch(columns);
        var all = conditions(search.Parameter).ToList();
        if (!string.IsNullOrWhiteSpace(filter))
        {
            var node =
                FilterParser.Parse(filter, out var problem)
                ?? throw MlflowException.Invalid($"Invalid filter '{ClientText.Brief(filter)}': {problem!.Text}");
            all.Add(search.Sql(node));
        }

        search.Condition = string.Join(" and ", all.DefaultIfEmpty("true"));
        search.Order = string.Join(
            ", ",
            orders.Select(search.Sql).DefaultIfEmpty(columns.DefaultOrder).Append(columns.LastOrder)
        );
        return search;
    }

    private string Sql(AttributeOrder order)
    {
        var column =
            order.Columns.Find(order.Field, Parameter)
            ?? throw MlflowException.Invalid($"Invalid order_by entry '{ClientText.Brief(order.Field.ToString())}'.");
        var direction = order.IsDescending ? "desc" : "asc";
        return column.From is null
            ? $"{column.Sql} {direction}"
            // What has none is last in both directions.
            : $"(select {column.Sql} from {column.From} {column.Last} limit 1) {direction} nulls last";
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
        var column =
            _columns.Find(c.Field, Parameter)
            ?? throw MlflowException.Invalid($"Invalid attribute key '{c.Field}' specified.");
        return column.From is null ? Compare(c, column)
            : c.Operator is FilterOperator.IsNull ? $"not exists (select from {column.From})"
            : $"exists (select from {column.From} and {Compare(c, column)})";
    }

    private string Compare(FilterNode.Comparison c, AttributeColumn column)
    {
        if (column.Kind is not AttributeKind.Text && c.Operator is not (FilterOperator.In or FilterOperator.IsNull))
        {
            var number = c.Values is [{ Number: { } given }]
                ? given
                : throw MlflowException.Invalid($"Expected a numeric value for '{c.Field}'.");
            var value = column.Kind is AttributeKind.Time ? $"extract(epoch from {column.Sql}) * 1000" : column.Sql;
            return $"{value} {SymbolOf(c)} {Parameter(number)}";
        }

        string Meant(FilterValue value) => column.Means is { } means ? means(value.Text) : value.Text;

        return c.Operator switch
        {
            FilterOperator.In => $"({column.Sql})::text = any({Parameter(c.Values.Select(Meant).ToArray())})",
            FilterOperator.IsNull => $"({column.Sql}) is null",
            FilterOperator.Like => $"({column.Sql})::text like {Parameter(FilterValue.PatternOf(c.Values[0].Text))}",
            FilterOperator.LikeInAnyCase =>
                $"({column.Sql})::text ilike {Parameter(FilterValue.PatternOf(c.Values[0].Text))}",
            FilterOperator.Equal or FilterOperator.NotEqual =>
                $"({column.Sql})::text {SymbolOf(c)} {Parameter(Meant(c.Values[0]))}",
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
public sealed record AttributeColumn(string Sql, AttributeKind Kind)
{
    /// <summary>What a text of clients is in the column; null where it is the same.</summary>
    public Func<string, string>? Means { get; init; }

    /// <summary>
    /// Where it is of rows beside the thing, such as its metrics: they, with a condition, as after <c>from</c>. One of them has to fulfil
    /// a comparison.
    /// </summary>
    public string? From { get; init; }

    /// <summary>The order of these rows whose first one counts where things are ordered.</summary>
    public string? Last { get; init; }
}

/// <summary>What things are ordered by.</summary>
public sealed record AttributeOrder(FieldName Field, bool IsDescending, AttributeColumns Columns)
{
    /// <summary>Reads an order such as <c>name DESC</c>.</summary>
    /// <exception cref="MlflowException">It is none.</exception>
    public static AttributeOrder Parse(string text, AttributeColumns columns) =>
        FilterParser.ParseOrder(text, out var isDescending) is { } field
            ? new AttributeOrder(field, isDescending, columns)
            : throw MlflowException.Invalid($"Invalid order_by entry '{ClientText.Brief(text)}'.");
}

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
    /// <summary>The JSON object with the parameters; null where there are none.</summary>
    public string? Params { get; init; }

    /// <summary>The metric of a key, with what makes a parameter of a value; null where there are none.</summary>
    public Func<string, Func<object, string>, AttributeColumn>? Metrics { get; init; }

    internal AttributeColumn? Find(FieldName field, Func<object, string> parameter) =>
        field.Entity?.ToLowerInvariant() switch
        {
            null or "attribute" or "attributes" or "attr" => ByName.GetValueOrDefault(field.Key),
            "tag" or "tags" => new AttributeColumn($"{Tags} ->> {parameter(field.Key)}", AttributeKind.Text),
            "param" or "params" or "parameter" or "parameters" when Params is not null => new AttributeColumn(
                $"{Params} ->> {parameter(field.Key)}",
                AttributeKind.Text
            ),
            "metric" or "metrics" => Metrics?.Invoke(field.Key, parameter),
            _ => null,
        };
}
