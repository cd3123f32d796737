using Platform.Mlflow.Filtering;

namespace Platform.Tracking.Filtering;

/// <summary>Tags of MLflow's that are properties of a run here: its clients filter and order by them as by any tag.</summary>
internal static class TagsOfMlflow
{
    private static readonly Dictionary<string, string> _attributes = new(StringComparer.Ordinal)
    {
        ["mlflow.runName"] = "name",
        ["mlflow.parentRunId"] = "parent",
    };

    /// <summary>The property that a tag is; null when it is a tag.</summary>
    public static string? AttributeOf(string? entity, string key) =>
        RunFilterSql.EntityOf(entity) is "tags" ? _attributes.GetValueOrDefault(key) : null;

    /// <summary>The field, or the property that it is.</summary>
    public static FieldName Resolve(FieldName field) =>
        AttributeOf(field.Entity, field.Key) is { } attribute ? field with { Entity = null, Key = attribute } : field;

    /// <summary>The filter with properties in place of such tags.</summary>
    public static FilterNode Resolve(FilterNode node) =>
        node switch
        {
            FilterNode.Many many => many with { Parts = [.. many.Parts.Select(Resolve)] },
            FilterNode.Not not => not with { Part = Resolve(not.Part) },
            FilterNode.Comparison comparison => comparison with { Field = Resolve(comparison.Field) },
            _ => throw new ArgumentOutOfRangeException(nameof(node)),
        };
}
