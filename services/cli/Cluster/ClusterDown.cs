using System.CommandLine;
using System.Text.Json.Nodes;
using Platform.LocalServers;

namespace Platform.Cli.Cluster;

internal static class ClusterDown
{
    private static readonly TimeSpan _stopLimit = TimeSpan.FromSeconds(60);

    public static Command Create() => new Command("down", "Stop the cluster with its trainings.").Does(RunAsync);

    private static async Task<int> RunAsync(CommandContext context)
    {
        if (!Directory.Exists(ClusterFolder.PathIn(context.DataPath)))
        {
            return Print(context, stopped: false);
        }

        var folder = new ClusterFolder(context.DataPath);
        using var claim = folder.Claim();
        RunningPlatform.Withdraw(folder.Data);

        // Agents first: their reports about the trainings that they stop must still be recorded.
        var ran = ClusterFolder.RunningProcesses(context.DataPath).Count > 0;
        var agents = folder.Processes().Where(IsAgent).ToList();
        await StopAsync(context, folder, agents);
        await StopAsync(context, folder, [.. folder.Processes().Except(agents)]);
        var stopped = await Task.WhenAll(
            LocalRabbitMq.StopAsync(folder.RabbitMq, context.Cancelled),
            PrivatePostgres.StopAsync(folder.Postgres, context.Cancelled)
        );
        return Print(context, ran || stopped.Contains(true));
    }

    private static int Print(CommandContext context, bool stopped) =>
        context.PrintDone(
            stopped ? "Stopped." : "The cluster was not running.",
            new JsonObject { ["stopped"] = stopped }
        );

    private static bool IsAgent(ClusterProcess process) => process.Name.StartsWith("agent-", StringComparison.Ordinal);

    private static Task StopAsync(
        CommandContext context,
        ClusterFolder folder,
        IReadOnlyList<ClusterProcess> processes
    ) =>
        Task.WhenAll(
            processes.Select(async process =>
            {
                if (!await process.Process().StopAsync(_stopLimit, context.Cancelled))
                {
                    await context.Error.WriteLineAsync($"{process.Name} did not stop in time and was killed.");
                }

                folder.Forget(process);
            })
        );
}
