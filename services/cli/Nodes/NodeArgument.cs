using System.CommandLine;
using Platform.Cli.Server;

namespace Platform.Cli.Nodes;

/// <summary>A node, given by name, by id or by a part of the id.</summary>
internal static class NodeArgument
{
    public static Argument<string> Create() =>
        new("node") { Description = "The node: its name, its id, or the beginning or end of it." };

    /// <summary>Finds the id.</summary>
    public static Task<Guid> FindAsync(CommandContext context, string node) =>
        References.FindIdAsync("node", node, () => context.Client.GetAsync("/api/nodes", context.Cancelled));
}
