using System.Text.Json.Nodes;
using Platform.Cli.Output;
using Platform.Cli.Server;

namespace Platform.Cli.Nodes;

/// <summary>How a node is printed.</summary>
internal static class NodeOutput
{
    public static int Print(CommandContext context, JsonNode node)
    {
        if (context.Json)
        {
            return context.PrintJson(node);
        }

        context.PrintFields(
            ("id", node.Field("id")),
            ("name", node.Field("name")),
            ("status", node.Field("status")),
            ("cpus", Free(node, "cpus")),
            ("memory MiB", Free(node, "memoryMiB")),
            ("gpus", node["gpuReason"].Text() is { Length: > 0 } reason ? $"{Gpus(node)} ({reason})" : Gpus(node)),
            ("limits", node.Field("limits")),
            ("last heartbeat", context.Time(node, "lastHeartbeatAt"))
        );
        foreach (var gpu in node.Items("gpus"))
        {
            context.PrintFields(($"  gpu {gpu.Field("index")}", $"{gpu.Field("name")}, {gpu.Field("memoryMiB")} MiB"));
        }

        return 0;
    }

    /// <summary>Free of all: <c>3 of 4</c>.</summary>
    public static string Free(JsonNode node, string resource) =>
        $"{node["free"]?[resource].Text() ?? "–"} of {node.Field(resource)}";

    /// <summary>Free GPUs of all GPUs.</summary>
    public static string Gpus(JsonNode node)
    {
        var free = node["free"]?["gpus"] is JsonArray list ? $"{list.Count}" : node["free"]?["gpus"].Text() ?? "–";
        return $"{free} of {node.Items("gpus").Count()}";
    }
}
