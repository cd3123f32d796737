namespace Platform.Cli.Output;

/// <summary>Numbers of things.</summary>
internal static class Count
{
    /// <summary>A number with its noun: <c>1 file</c>, <c>2 files</c>.</summary>
    /// <param name="noun">In the singular, of those whose plural ends in s.</param>
    public static string Of(long number, string noun) => $"{number} {noun}{(number == 1 ? "" : "s")}";
}
