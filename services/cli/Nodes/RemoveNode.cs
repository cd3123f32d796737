using System.CommandLine;
using System.Text.Json.Nodes;

namespace Platform.Cli.Nodes;

internal static class RemoveNode
{
    public static Command Create()
    {
        var node = NodeArgument.Create();
        var force = new Option<bool>("--force")
        {
            Description = "Also while jobs run there; they are tried again elsewhere.",
        };
        return new Command(
            "remove",
            "Remove a node: it is no longer listed, and its machine can join again only with a join token."
        )
        {
            node,
            force,
        }.Does(async context =>
        {
            var id = await NodeArgument.FindAsync(context, context.Value(node));
            using var request = new HttpRequestMessage(
                HttpMethod.Delete,
                $"/api/nodes/{id}{(context.Value(force) ? "?force=true" : "")}"
            );
            await SendAsync(context, request);
            return context.PrintDone($"Node {id} is removed.", new JsonObject { ["id"] = $"{id}", ["removed"] = true });
        });
    }

    private static async Task SendAsync(CommandContext context, HttpRequestMessage request)
    {
        try
        {
            (await context.Client.SendAsync(request, context.Cancelled)).Dispose();
        }
        catch (ConflictException exception)
        {
            throw new CliException($"{exception.Message} With --force the jobs are tried again elsewhere.");
        }
    }
}
