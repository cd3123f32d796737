using System.CommandLine;
using System.Net.Http.Json;
using Platform.Cli.Output;
using Platform.Cli.Server;

namespace Platform.Cli.Tokens;

internal static class CreateToken
{
    public static Command Create()
    {
        var name = new Argument<string>("name")
        {
            Description = "Whose it is or what for.",
            DefaultValueFactory = _ => Environment.UserName,
        };
        return new Command("create", "Make a token; it is shown once.") { name }.Does(async context =>
        {
            using var body = JsonContent.Create(new { name = context.Value(name) });
            var token = await context.Client.PostAsync("/api/tokens", body, context.Cancelled);
            if (context.Json)
            {
                return context.PrintJson(token);
            }

            context.PrintFields(("id", token.Field("id")), ("token", token.Field("token")));
            return 0;
        });
    }
}
