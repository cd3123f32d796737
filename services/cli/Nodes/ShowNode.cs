using System.CommandLine;

namespace Platform.Cli.Nodes;

internal static class ShowNode
{
    public static Command Create()
    {
        var node = NodeArgument.Create();
        return new Command("show", "Show one node.") { node }.Does(async context =>
        {
            var id = await NodeArgument.FindAsync(context, context.Value(node));
            return NodeOutput.Print(context, await context.Client.GetAsync($"/api/nodes/{id}", context.Cancelled));
        });
    }
}
