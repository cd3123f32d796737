using Platform.Contracts.Sentences;

namespace Platform.Mlflow.Filtering;

/// <summary>What is wrong with a filter of runs.</summary>
public static class FilterSentences
{
    public static readonly Template<string, int> Unexpected = new(
        "filter.unexpected",
        "'{text}' is not expected at character {position}. A filter is written as metrics.loss < 0.3 and params.lr = '0.1'."
    );

    public static readonly Template<int> OpenQuote = new(
        "filter.open-quote",
        "The quote at character {position} has no end."
    );

    public static readonly Template Incomplete = new("filter.incomplete", "The filter is incomplete.");

    public static readonly Template<int> TooLong = new(
        "filter.too-long",
        "A filter must have at most {max} characters."
    );

    public static readonly Template<int> TooMany = new(
        "filter.too-many",
        "A filter must have at most {max} comparisons."
    );

    public static readonly Template<int> TooDeep = new(
        "filter.too-deep",
        "Parentheses must be at most {max} levels deep."
    );

    public static readonly Template<string, string> Entity = new(
        "filter.entity",
        "There is no '{entity}' to filter by. There are {entities}."
    );

    public static readonly Template<string, string> Attribute = new(
        "filter.attribute",
        "A run has no attribute '{attribute}'. It has {attributes}."
    );

    public static readonly Template<string, string> Status = new(
        "filter.status",
        "A run has no status '{status}'. It has one of {statuses}."
    );

    public static readonly Template<string> Operator = new(
        "filter.operator",
        "'{field}' cannot be compared in this way."
    );

    public static readonly Template<string, int> Number = new(
        "filter.number",
        "'{field}' is compared with a number; the value at character {position} is none."
    );

    public static readonly Template<string, int> Time = new(
        "filter.time",
        "'{field}' is compared with a time such as '2026-01-31', '2026-01-31T12:00:00Z' or 7d (7 days ago); the value at character {position} is none."
    );

    public static readonly Template Key = new(
        "filter.key",
        "A key must be 1 to 250 characters without control characters."
    );
}
