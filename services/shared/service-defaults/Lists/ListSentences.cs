using Platform.Contracts.Sentences;

namespace Platform.ServiceDefaults;

/// <summary>Why a list refuses a query.</summary>
public static class ListSentences
{
    /// <summary>For a cursor of another list.</summary>
    public static readonly Template OtherCursor = new("list.other-cursor", "This is not a cursor of this list.");

    /// <summary>For a number that is too small or too large.</summary>
    public static readonly Template<int, int> Between = new("list.between", "Must be between {from} and {to}.");

    internal static readonly Template<string> Parameters = new(
        "list.parameters",
        "Unknown parameter. This list accepts {parameters}."
    );
    internal static readonly Template Once = new("list.once", "Must be given only once.");
    internal static readonly Template NoValue = new("list.no-value", "Must have a value, or be left out.");

    internal static readonly Template<string> OneOf = new(
        "list.one-of",
        "Must be one of {values}, or several separated by commas."
    );

    internal static readonly Template Flag = new("list.flag", "Must be 'true' or 'false'.");
    internal static readonly Template<int> Text = new("list.text", "Must be 1 to {max} characters.");

    internal static readonly Template<string> Sort = new(
        "list.sort",
        "Must be one of {sorts}; prefix it with '-' for descending order."
    );

    internal static readonly Template Cursor = new(
        "list.cursor",
        "This is not a cursor of this list with these filters in this order."
    );

    internal static readonly Template<int> Limit = new("list.limit", "Must be 1 to {max}.");

    internal static readonly Template Offset = new(
        "list.offset",
        "Must be a whole number from 0, and cannot be combined with a cursor."
    );

    internal static readonly Template Total = new("list.total", "Must be 'exact', or be left out.");
}
