using System.CommandLine;

namespace Platform.Cli.Output;

/// <summary>Which part of a long list is shown: <c>--limit</c> and <c>--cursor</c>.</summary>
internal sealed class PageOptions
{
    /// <param name="most">The largest limit.</param>
    /// <param name="usual">The limit when none is given.</param>
    public PageOptions(int most, int usual)
    {
        Limit = new Option<int>("--limit")
        {
            Description = $"How many, 1 to {most}.",
            DefaultValueFactory = _ => usual,
        };
        Limit.AcceptOnlyBetween(1, most, $"--limit must be between 1 and {most}.");
    }

    public Option<int> Limit { get; }

    public Option<string?> Cursor { get; } =
        new("--cursor") { Description = "The next page, as printed with the previous one." };
}
