using System.CommandLine;

namespace Platform.Cli.Nodes;

internal static class DrainNode
{
    public static Command Create()
    {
        var node = NodeArgument.Create();
        return new Command("drain", "Place no more jobs on a node; running jobs continue.") { node }.Does(
            async context =>
            {
                var id = await NodeArgument.FindAsync(context, context.Value(node));
                return NodeOutput.Print(
                    context,
                    await context.Client.PostAsync($"/api/nodes/{id}/drain", null, context.Cancelled)
                );
            }
        );
    }
}
