using System.CommandLine;
using Platform.Cli.Platforms;

namespace Platform.Cli.Tokens;

internal static class RevokeToken
{
    public static Command Create()
    {
        var id = new Argument<string>("id") { Description = "The token's id, as 'tokens list' shows it." };
        return new Command("revoke", "Revoke a token; it is invalid at once.") { id }.Does(async context =>
        {
            if (!context.IsRemote)
            {
                return await LocalGateway.RunAsync(context, "tokens", "revoke", context.Value(id));
            }

            var path = $"/api/tokens/{Uri.EscapeDataString(context.Value(id))}";
            using var request = new HttpRequestMessage(HttpMethod.Delete, path);
            using var response = await context.Client.SendAsync(request, context.Cancelled);
            await context.Out.WriteLineAsync($"Token {context.Value(id)} is revoked.");
            return 0;
        });
    }
}
