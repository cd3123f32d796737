using System.CommandLine;
using System.CommandLine.Parsing;

namespace Platform.Cli;

/// <summary>What somebody may have meant who mistyped a command or an option.</summary>
internal static class Suggestions
{
    /// <summary>Describes a command line that names no command, or an unknown one; null for other errors.</summary>
    public static string? Describe(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var unknown = UnknownOption(parsed) ?? (parsed.UnmatchedTokens.Count > 0 ? parsed.UnmatchedTokens[0] : null);
        if (unknown?.StartsWith('-') is true)
        {
            unknown = unknown.Split('=')[0];
            if (Names(parsed.CommandResult).Contains(unknown, StringComparer.Ordinal))
            {
                return parsed.Tokens.Any(token => token.Type is TokenType.DoubleDash)
                    ? $"'{unknown}' comes after '--', where nothing is an option any more; write options before it."
                    : $"'{unknown}' is an option of '{PathOf(parsed)}' and comes after it.";
            }

            return $"There is no option '{unknown}'.{Closest(unknown, Options(parsed.CommandResult))}";
        }

        var commands = command.Subcommands.Where(one => !one.Hidden).Select(one => one.Name).ToList();
        // One that also does something by itself lacks nothing.
        return commands.Count == 0 || (unknown is null && command is { Action: not null } and not RootCommand) ? null
            : unknown is null
                ? $"{(parsed.CommandResult.Parent is null ? "A command is needed" : $"'{PathOf(parsed)}' needs a command")}: {string.Join(", ", commands)}."
            : $"There is no command '{$"{PathOf(parsed)} {unknown}".TrimStart()}'.{Closest(unknown, commands)}";
    }

    /// <summary>
    /// The first word that looks like an option and is none: the parser takes it for a value of an argument where there is one. What
    /// comes after <c>--</c> is a value however it begins; null when there is no such word.
    /// </summary>
    public static string? UnknownOption(ParseResult parsed)
    {
        List<string> words =
        [
            .. parsed
                .CommandResult.Children.OfType<ArgumentResult>()
                .SelectMany(argument => argument.Tokens)
                .Select(token => token.Value),
            .. parsed.UnmatchedTokens,
        ];
        var after = parsed.Tokens.SkipWhile(token => token.Type is not TokenType.DoubleDash).Skip(1).Count();
        return words.SkipLast(after).FirstOrDefault(word => word is ['-', not '-', ..] or ['-', '-', _, ..]);
    }

    /// <summary>The words that lead to the command, without the program: <c>jobs list</c>.</summary>
    public static string PathOf(ParseResult parsed)
    {
        var names = new Stack<string>();
        for (var result = parsed.CommandResult; result.Parent is CommandResult parent; result = parent)
        {
            names.Push(result.Command.Name);
        }

        return string.Join(' ', names);
    }

    /// <summary>How many letters have to be added, removed, replaced or swapped with the next to make one word of the other.</summary>
    internal static int Distance(string one, string other)
    {
        var distances = new int[one.Length + 1, other.Length + 1];
        for (var i = 0; i <= one.Length; i++)
        {
            for (var j = 0; j <= other.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    distances[i, j] = i + j;
                    continue;
                }

                var replaced = distances[i - 1, j - 1] + (one[i - 1] == other[j - 1] ? 0 : 1);
                var distance = Math.Min(replaced, Math.Min(distances[i - 1, j], distances[i, j - 1]) + 1);
                var isSwapped = i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1];
                distances[i, j] = isSwapped ? Math.Min(distance, distances[i - 2, j - 2] + 1) : distance;
            }
        }

        return distances[one.Length, other.Length];
    }

    private static string Closest(string word, IEnumerable<string> known)
    {
        var close = known
            .Select(one => (Word: one, Distance: Distance(word.ToLowerInvariant(), one)))
            .Where(one =>
                one.Distance <= Math.Max(1, word.TrimStart('-').Length / 3)
                || (word.TrimStart('-').Length > 1 && one.Word.StartsWith(word, StringComparison.OrdinalIgnoreCase))
            )
            .OrderBy(one => one.Distance)
            .Select(one => $"'{one.Word}'")
            .Take(3)
            .ToList();
        return close.Count == 0 ? "" : $" Did you mean {string.Join(" or ", close)}?";
    }

    /// <summary>The options with their short forms.</summary>
    private static IEnumerable<string> Names(CommandResult command) =>
        Options(command).Concat(command.Command.Options.SelectMany(option => option.Aliases));

    private static IEnumerable<string> Options(CommandResult command) =>
        command
            .Command.Options.Concat(GlobalOptions.All)
            .Where(option => !option.Hidden)
            .Select(option => option.Name)
            .Append("--help");
}
