using System.CommandLine;
using System.Text.Json.Nodes;
using Platform.Cli.Output;
using Platform.LocalServers;

namespace Platform.Cli.Cluster;

internal static class ClusterStatus
{
    public static Command Create() =>
        new Command("status", "List the cluster's processes; fails unless all are running.").Does(context =>
            Task.FromResult(Run(context))
        );

    private static int Run(CommandContext context)
    {
        var url = RunningPlatform.Find(ClusterFolder.PathIn(context.DataPath))?.Url.AbsoluteUri.TrimEnd('/');
        var rows = Rows(new ClusterFolder(context.DataPath));
        var all = rows.Count > 2 && rows.All(row => row.Pid is not null);
        if (context.Json)
        {
            context.PrintJson(
                new JsonObject
                {
                    ["url"] = url,
                    ["processes"] = new JsonArray([
                        .. rows.Select(row => new JsonObject
                        {
                            ["name"] = row.Name,
                            ["running"] = row.Pid is not null,
                            ["pid"] = row.Pid,
                            ["log"] = row.Log,
                        }),
                    ]),
                }
            );
            return all ? 0 : 1;
        }

        context.Out.WriteLine(url is null ? "The cluster is not running." : $"Cluster at {url}");
        context.PrintTable(
            ["process", "pid", new Column("log", Drop: 1)],
            rows.Select(row =>
                (IReadOnlyList<string>)[row.Name, row.Pid is { } pid ? $"{pid}" : "not running", row.Log]
            ),
            ""
        );
        return all ? 0 : 1;
    }

    private static List<Row> Rows(ClusterFolder folder) =>
        [
            new(
                "postgres",
                PrivatePostgres.ProcessOf(folder.Postgres)?.Id,
                Path.Combine(folder.Postgres, "server", "postgres.log")
            ),
            new(
                "rabbitmq",
                LocalRabbitMq.ProcessOf(folder.RabbitMq)?.Id,
                Path.Combine(folder.RabbitMq, "log", "rabbitmq.log")
            ),
            .. folder
                .Processes()
                .Select(process => new Row(
                    process.Name,
                    process.Process().IsRunning ? process.Pid : null,
                    process.Log
                )),
        ];

    private sealed record Row(string Name, int? Pid, string Log);
}
