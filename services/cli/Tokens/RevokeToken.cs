using System.CommandLine;
using Platform.Cli.Platforms;

namespace Platform.Cli.Tokens;

internal static class RevokeToken
{
    public static Command Create()
    {
        var id = new Argument<Guid>("id") { Description = "The token's id, as 'tokens list' shows it." };
        return new Command("revoke", "Revoke a token: it is refused at once, and what it has open ends within seconds.")
        {
            id,
        }.Does(async context =>
        {
            var token = context.Value(id);
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
}
