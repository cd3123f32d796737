using System.CommandLine;
using Platform.Cli.Server;

namespace Platform.Cli.Nodes;

/// <summary>A node, given by name, by id or by a part of the id.</summary>
internal static class NodeArgument
{
    public static Argument<string> Create() =>
        new("node") { Description = "The node: its name, its id, or the beginning or end of it." };

    /// <summary>Finds the id.</summary>
    public static async Task<Guid> FindAsync(CommandContext context, string node)
    {
        if (Guid.TryParse(node, out var id))
        {
            return id;
        }

        var all = await context.Client.GetAsync("/api/nodes", context.Cancelled);
        return Guid.Parse(References.Only("node", node, [.. all.Items()]).Field("id"));
    }
}
