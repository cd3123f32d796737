using System.CommandLine;

namespace Platform.Cli.Tests;

/// <summary>All commands that do something, with the words that lead to them.</summary>
internal static class CommandTree
{
    public static IEnumerable<(string Path, Command Command)> Leaves() => Below("", CommandLineProgram.Root());

    private static IEnumerable<(string Path, Command Command)> Below(string path, Command command) =>
        command.Subcommands.Count == 0
            ? [(path, command)]
            : command.Subcommands.SelectMany(one => Below($"{path} {one.Name}".TrimStart(), one));
}
