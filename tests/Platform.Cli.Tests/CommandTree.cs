using System.CommandLine;

namespace Platform.Cli.Tests;

/// <summary>All commands that do something, with the words that lead to them.</summary>
internal static class CommandTree
{
    public static IEnumerable<(string Path, Command Command)> Leaves() => Below("", CommandLineProgram.Root());

    private static IEnumerable<(string Path, Command Command)> Below(string path, Command command) =>
        [
            // A command may do something by itself and have others below it.
            .. command.Action is null || command is RootCommand ? Array.Empty<(string, Command)>() : [(path, command)],
            .. command.Subcommands.SelectMany(one => Below($"{path} {one.Name}".TrimStart(), one)),
        ];
}
