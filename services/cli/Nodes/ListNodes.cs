using System.CommandLine;
using Platform.Cli.Jobs;
using Platform.Cli.Output;
using Platform.Cli.Server;

namespace Platform.Cli.Nodes;

internal static class ListNodes
{
    public static Command Create() =>
        new Command("list", "List the nodes and what is free on them.").Does(async context =>
        {
            var nodes = await context.Client.GetAsync("/api/nodes", context.Cancelled);
            if (context.Json)
            {
                return context.PrintJson(nodes);
            }

            var now = TimeProvider.System.GetUtcNow();
            context.PrintTable(
                [
                    Column.Id(),
                    "name",
                    Column.Status(),
                    new Column("free gpus", Drop: 1),
                    new Column("free cpus", Drop: 2),
                    new Column("free MiB", Drop: 3),
                    new Column("last heartbeat", Drop: 4),
                ],
                nodes
                    .Items()
                    .Select(node =>
                        (IReadOnlyList<string>)
                            [
                                node.Field("id"),
                                node.Field("name"),
                                node.Field("status"),
                                NodeOutput.Gpus(node),
                                NodeOutput.Free(node, "cpus"),
                                NodeOutput.Free(node, "memoryMiB"),
                                JobOutput.Age(node, "lastHeartbeatAt", now),
                            ]
                    ),
                "No nodes have joined."
            );
            return 0;
        });
}
