using System.CommandLine;

namespace Platform.Cli.Nodes;

internal static class ResumeNode
{
    public static Command Create()
    {
        var node = NodeArgument.Create();
        return new Command("resume", "Place jobs on a drained node again.") { node }.Does(async context =>
        {
            var id = await NodeArgument.FindAsync(context, context.Value(node));
            return NodeOutput.Print(
                context,
                await context.Client.PostAsync($"/api/nodes/{id}/resume", null, context.Cancelled)
            );
        });
    }
}
