using System.CommandLine;
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
        return new Command("revoke", "Revoke a token: it is refused at once, and what it has open ends within seconds.")
        {
            id,
        }.Does(async context =>
        {
            var token = await FindAsync(context, context.Value(id));
            if (context.IsRemote)
            {
                using var request = new HttpRequestMessage(HttpMethod.Delete, $"/api/tokens/{token}");
                (await context.Client.SendAsync(request, context.Cancelled)).Dispose();
            }
            else
            {
                await LocalGateway.AskAsync(context, "tokens", "revoke", $"{token}");
            }

            await context.Out.WriteLineAsync($"Token {token} is revoked.");
            return 0;
        });
    }

    private static async Task<Guid> FindAsync(CommandContext context, string text)
    {
        if (Guid.TryParse(text, out var id))
        {
            return id;
        }

        var all = context.IsRemote
            ? await context.Client.GetAsync("/api/tokens", context.Cancelled)
            : await LocalGateway.AskAsync(context, "tokens", "list");
        return Guid.Parse(References.Only("token", text, [.. all.Items()]).Field("id"));
    }
}
