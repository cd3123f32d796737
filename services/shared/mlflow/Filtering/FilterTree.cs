namespace Platform.Mlflow.Filtering;

/// <summary>A filter that was read and whose fields are not looked up yet.</summary>
public abstract record FilterNode
{
    /// <summary>All of them, or one of them, must hold.</summary>
    public sealed record Many(bool All, IReadOnlyList<FilterNode> Parts) : FilterNode;

    public sealed record Not(FilterNode Part) : FilterNode;

    /// <summary>One comparison.</summary>
    /// <param name="Values">None for <c>is null</c>, several for <c>in</c>, otherwise one.</param>
    public sealed record Comparison(FieldName Field, FilterOperator Operator, IReadOnlyList<FilterValue> Values)
        : FilterNode;
}

/// <summary>What is compared, as it is written.</summary>
/// <param name="Entity">The part before the first dot, such as <c>metrics</c>; null for an attribute without one.</param>
/// <param name="Position">Where it begins, counted from 1.</param>
public sealed record FieldName(string? Entity, string Key, int Position)
{
    public override string ToString() => Entity is null ? Key : $"{Entity}.{Key}";
}

public enum FilterOperator
{
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,

    /// <summary>With <c>%</c> and <c>_</c>, in the given case.</summary>
    Like,

    /// <summary>The same in any case.</summary>
    LikeInAnyCase,
    In,
    IsNull,
}

/// <summary>A value as it is written.</summary>
/// <param name="Number">Its value where it is a number without quotes.</param>
/// <param name="Age">What it means where it is an age, such as <c>7d</c>.</param>
public sealed record FilterValue(string Text, double? Number, TimeSpan? Age, int Position)
{
    /// <summary>
    /// The text as a pattern of <c>like</c>. One that ends within an escape means the backslash itself; PostgreSQL refuses to read it.
    /// </summary>
    public static string PatternOf(string text) =>
        (text.Length - text.AsSpan().TrimEnd('\\').Length) % 2 == 1 ? text + '\\' : text;
}
