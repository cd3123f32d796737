using System.CommandLine;
using Platform.Cli.Platforms;
using Platform.LocalServers;

namespace Platform.Cli.Checks;

internal static class Doctor
{
    private const int DefaultPort = 5080;

    public static Command Create()
    {
        var port = Up.PortOption();
        return new Command(
            "doctor",
            "Check this machine and the data folder for what the platform needs, and say what to do; fails when something does not work."
        )
        {
            port,
        }.Does(context => RunAsync(context, context.Value(port) ?? DefaultPort));
    }

    private static async Task<int> RunAsync(CommandContext context, int port)
    {
        var root = DataFolder.RootOf(context.DataPath);
        var machine = new MachineChecks(context.Invocation.Variable, context.Cancelled);
        var folder = new DataFolderChecks(root);
        return Check.Print(
            context,
            [
                machine.System(),
                machine.Programs(),
                machine.PostgreSql(root),
                MachineChecks.Port(root, port),
                await machine.ClockAsync(root),
                MachineChecks.OpenFiles(),
                MachineChecks.Memory(),
                folder.Disk(),
                folder.Access(),
                folder.Secrets(),
                await machine.GpuAsync(),
            ]
        );
    }
}
