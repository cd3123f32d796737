using System.CommandLine;
using System.Text.Json.Nodes;
using Platform.Cli.Cluster;
using Platform.LocalServers;

namespace Platform.Cli.Platforms;

internal static class Down
{
    public static Command Create() =>
        new Command("down", "Stop the data folder's platform, its trainings and its database.").Does(RunAsync);

    private static async Task<int> RunAsync(CommandContext context)
    {
        if (!Directory.Exists(DataFolder.RootOf(context.DataPath)))
        {
            return Print(context, $"No platform is running on {DataFolder.RootOf(context.DataPath)}.", stopped: false);
        }

        var data = context.Data;
        if (RunningPlatform.Find(data.Root) is { } running)
        {
            await context.Error.WriteLineAsync($"Stopping the platform at {running.Url.AbsoluteUri.TrimEnd('/')} …");
            var ended = await StandalonePlatform.StopAsync(running, context.Cancelled);
            await StopDatabaseAsync(data, context.Cancelled);
            return Print(context, ended ? "Stopped." : "It did not stop in time and was killed.", stopped: true)
                | (ended ? 0 : 1);
        }

        if (ClusterFolder.RunningProcesses(context.DataPath).Count > 0)
        {
            var folder = context.DataPath is { Length: > 0 } path ? $" --data {path}" : "";
            throw new CliException(
                $"A cluster runs on {data.Root}, which this does not stop; './platform cluster down{folder}' does."
            );
        }

        // A platform that was killed leaves its database running for the next one.
        var stopped = await StopDatabaseAsync(data, context.Cancelled);
        return Print(
            context,
            stopped
                ? "The platform was not running; its database was running and has been stopped."
                : $"No platform is running on {data.Root}.",
            stopped
        );
    }

    private static int Print(CommandContext context, string message, bool stopped) =>
        context.PrintDone(message, new JsonObject { ["stopped"] = stopped, ["message"] = message });

    private static Task<bool> StopDatabaseAsync(DataFolder data, CancellationToken cancellationToken) =>
        PrivatePostgres.StopAsync(data.PathOf("postgres"), cancellationToken);
}
