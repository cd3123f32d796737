using System.CommandLine;
using Platform.LocalServers;

namespace Platform.Cli.Platforms;

internal static class Logs
{
    /// <param name="search">The command that searches the logs of jobs.</param>
    public static Command Create(Command search)
    {
        var follow = new Option<bool>("--follow", "-f") { Description = "Keep printing new log lines." };
        var lines = new Option<int>("--lines", "-n")
        {
            Description = "How many of the last lines.",
            DefaultValueFactory = _ => 100,
        };
        lines.AcceptOnlyBetween(0, int.MaxValue, "--lines must not be negative.");
        var command = new Command(
            "logs",
            "Print the platform's own log ('jobs logs' prints a job's), or search those of jobs."
        )
        {
            follow,
            lines,
            search,
        };
        command.RefuseJson("A log is printed as it is; --json does not apply to it.");
        return command.Does(async context =>
        {
            var root = DataFolder.RootOf(context.DataPath);
            var file = Directory.Exists(root) ? StandalonePlatform.LogFile(context.Data) : null;
            if (!File.Exists(file))
            {
                throw new CliException($"There is no log yet: no platform has run on {root}.");
            }

            await LogTail.PrintAsync(file, context.Value(lines), context.Value(follow), context.Out, context.Cancelled);
            return 0;
        });
    }
}
