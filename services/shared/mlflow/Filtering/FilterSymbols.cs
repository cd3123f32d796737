namespace Platform.Mlflow.Filtering;

/// <summary>Operators as SQL has them.</summary>
public static class FilterSymbols
{
    /// <summary>The operator's symbol; null for one that is a word.</summary>
    public static string? Of(FilterOperator comparison) =>
        comparison switch
        {
            FilterOperator.Equal => "=",
            FilterOperator.NotEqual => "<>",
            FilterOperator.Less => "<",
            FilterOperator.LessOrEqual => "<=",
            FilterOperator.Greater => ">",
            FilterOperator.GreaterOrEqual => ">=",
            _ => null,
        };
}
