using System.CommandLine;
using Platform.Cli.Server;

namespace Platform.Cli.Nodes;

/// <summary>A node, given by id or by name.</summary>
internal static class NodeArgument
{
    public static Argument<string> Create() => new("node") { Description = "The node's id or name." };

    /// <summary>Finds the id.</summary>
    public static async Task<Guid> FindAsync(CommandContext context, string node)
    {
        if (Guid.TryParse(node, out var id))
        {
            return id;
        }

        var all = await context.Client.GetAsync("/api/nodes", context.Cancelled);
        var named = all.Items()
            .Where(item => string.Equals(item.Field("name"), node, StringComparison.Ordinal))
            .ToList();
        return named.Count switch
        {
            1 => Guid.Parse(named[0].Field("id")),
            0 => throw new CliException($"There is no node '{node}'."),
            _ => throw new CliException($"{named.Count} nodes are named '{node}'; use the node's id."),
        };
    }
}
