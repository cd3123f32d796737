using System.CommandLine;

namespace Platform.Cli;

internal static class CommandExtensions
{
    /// <summary>Sets the command's action; its result is the exit code.</summary>
    public static Command Does(this Command command, Func<CommandContext, Task<int>> action)
    {
        command.SetAction(
            async (arguments, cancellationToken) =>
            {
                using var context = new CommandContext(arguments, cancellationToken);
                return await action(context);
            }
        );
        return command;
    }
}
