using System.CommandLine;

namespace Platform.Cli;

/// <summary>What people write, as words that the parser takes as they were meant.</summary>
internal static class CommandWords
{
    private const string EndOfOptions = "--";

    /// <summary>
    /// <c>help jobs</c> and <c>jobs help</c> ask for help as <c>jobs --help</c> does, and <c>version</c> is <c>--version</c>; the
    /// value after <c>--server=</c> is empty, and not the next word.
    /// </summary>
    public static IReadOnlyList<string> Normalize(RootCommand root, IReadOnlyList<string> words) =>
        words is ["version"] ? ["--version"] : WithEmptyValues(root, WithHelp(root, words));

    private static IReadOnlyList<string> WithHelp(RootCommand root, IReadOnlyList<string> words)
    {
        Command command = root;
        var path = new List<string>();
        var asksForHelp = false;
        foreach (var word in words)
        {
            if (command.Subcommands.FirstOrDefault(one => one.Name == word) is { } next)
            {
                command = next;
                path.Add(word);
            }
            else if (word is "help" && command.Subcommands.Count > 0 && !asksForHelp)
            {
                asksForHelp = true;
            }
            else
            {
                // An argument, an option, or a mistyped command, for which there is no help.
                var isMistyped = command.Subcommands.Count > 0 && !word.StartsWith('-');
                return !asksForHelp ? words
                    : isMistyped ? [.. path, word]
                    : [.. path, "--help"];
            }
        }

        return asksForHelp ? [.. path, "--help"] : words;
    }

    private static IReadOnlyList<string> WithEmptyValues(RootCommand root, IReadOnlyList<string> words)
    {
        if (!words.Any(IsEmptyValue))
        {
            return words;
        }

        var options = OptionsBelow(root).Where(option => option.ValueType != typeof(bool)).ToList();
        var end = words.TakeWhile(word => word is not EndOfOptions).Count();
        return
        [
            .. words
                .Take(end)
                .SelectMany(word =>
                    IsEmptyValue(word) && options.Exists(option => IsNamed(option, word[..^1]))
                        ? (string[])[word[..^1], ""]
                        : [word]
                ),
            .. words.Skip(end),
        ];
    }

    private static bool IsEmptyValue(string word) => word is ['-', .., '='] && word.IndexOf('=') == word.Length - 1;

    private static bool IsNamed(Option option, string name) => option.Name == name || option.Aliases.Contains(name);

    private static IEnumerable<Option> OptionsBelow(Command command) =>
        command.Options.Concat(command.Subcommands.SelectMany(OptionsBelow));
}
