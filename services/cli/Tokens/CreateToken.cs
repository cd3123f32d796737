using System.CommandLine;
using System.Net.Http.Json;
using Platform.Cli.Server;

namespace Platform.Cli.Tokens;

internal static class CreateToken
{
    public static Command Create()
    {
        var name = new Argument<string>("name")
        {
            Description = "Who uses it, or its purpose.",
            DefaultValueFactory = _ => Environment.UserName,
        };
        var scope = new Option<string>("--scope")
        {
            Description =
                "What it may do: everything (admin), everything but administration (editor), or only read (read).",
            DefaultValueFactory = _ => "admin",
        };
        scope.AcceptOnlyFromAmong("admin", "editor", "read");
        return new Command("create", "Create a token; it is shown only once.") { name, scope }.Does(async context =>
        {
            if (!context.IsRemote)
            {
                return await LocalTokens.RunAsync(
                    context,
                    "create",
                    "--name",
                    context.Value(name),
                    "--scope",
                    context.Value(scope)!
                );
            }

            using var body = JsonContent.Create(new { name = context.Value(name), scope = context.Value(scope) });
            var token = await context.Client.PostAsync("/api/tokens", body, context.Cancelled);
            if (context.Json)
            {
                return context.PrintJson(token);
            }

            await context.Error.WriteLineAsync(
                $"Token {token.Field("id")} ({token.Field("name")}); it is shown only now:"
            );
            await context.Out.WriteLineAsync(token.Field("token"));
            return 0;
        });
    }
}
