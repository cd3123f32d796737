using Platform.Contracts.Sentences;

namespace Platform.ServiceDefaults;

/// <summary>Why a list refuses a query.</summary>
public static class ListSentences
{
    /// <summary>For a cursor of another list.</summary>
    public static readonly Template OtherCursor = new("list.other-cursor", "This is not a cursor of this list.");

    /// <summary>For a number that is too small or too large.</summary>
    public static readonly Template<int, int> Between = new("list.between", "Between {from} and {to}.");

    internal static readonly Template<string> Parameters = new("list.parameters", "This list takes {parameters}.");
    internal static readonly Template Once = new("list.once", "Give it once.");
    internal static readonly Template NoValue = new("list.no-value", "Give it a value or leave it out.");

    internal static readonly Template<string> OneOf = new(
        "list.one-of",
        "One of {values}, or several separated by commas."
    );

    internal static readonly Template Flag = new("list.flag", "Either 'true' or 'false'.");
    internal static readonly Template<int> Text = new("list.text", "A text of 1 to {max} characters.");

    internal static readonly Template<string> Sort = new(
        "list.sort",
        "Sort by one of {sorts}; prefix with '-' for descending."
    );

    internal static readonly Template Cursor = new(
        "list.cursor",
        "This is not a cursor of this list with these filters in this order."
    );

    internal static readonly Template<int> Limit = new("list.limit", "A limit is 1 to {max}.");

    internal static readonly Template Offset = new(
        "list.offset",
        "An offset is a whole number from 0, and not sent with a cursor."
    );

    internal static readonly Template Total = new("list.total", "Leave it out or send 'exact'.");
}
