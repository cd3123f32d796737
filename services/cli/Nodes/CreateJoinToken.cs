using System.CommandLine;
using System.Net.Http.Json;
using Platform.Cli.Output;
using Platform.Cli.Server;

namespace Platform.Cli.Nodes;

internal static class CreateJoinToken
{
    public static Command Create() =>
        new Command("join-token", "Create a token with which a machine joins as a node.").Does(async context =>
        {
            using var body = JsonContent.Create(new { });
            var token = await context.Client.PostAsync("/api/nodes/join-tokens", body, context.Cancelled);
            if (context.Json)
            {
                return context.PrintJson(token);
            }

            context.PrintFields(("token", token.Field("token")), ("expires", context.Time(token, "expiresAt")));
            return 0;
        });
}
