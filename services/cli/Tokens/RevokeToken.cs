using System.CommandLine;
using System.Text.Json.Nodes;
using Platform.Cli.Platforms;
using Platform.Cli.Server;

namespace Platform.Cli.Tokens;

internal static class RevokeToken
{
    public static Command Create()
    {
        var id = new Argument<string>("id")
        {
            Description = "The token: its id or the end of it, as 'tokens list' shows it.",
        };
        return new Command(
            "revoke",
            "Revoke a token: it is refused within 5 seconds, and what it has open ends soon after."
        )
        {
            id,
        }.Does(async context =>
        {
            var token = await FindAsync(context, context.Value(id));
            if (context.UsesApi)
            {
                using var request = new HttpRequestMessage(HttpMethod.Delete, $"/api/tokens/{token}");
                (await context.Client.SendAsync(request, context.Cancelled)).Dispose();
            }
            else
            {
                await LocalGateway.AskAsync(context, "tokens", "revoke", $"{token}");
            }

            return context.PrintDone(
                $"Token {token} is revoked.",
                new JsonObject { ["id"] = $"{token}", ["revoked"] = true }
            );
        });
    }

    private static Task<Guid> FindAsync(CommandContext context, string text) =>
        References.FindIdAsync(
            "token",
            text,
            () =>
                context.UsesApi
                    ? context.Client.GetAsync("/api/tokens", context.Cancelled)
                    : LocalGateway.AskAsync(context, "tokens", "list")
        );
}
