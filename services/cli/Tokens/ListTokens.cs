using System.CommandLine;
using Platform.Cli.Output;
using Platform.Cli.Server;

namespace Platform.Cli.Tokens;

internal static class ListTokens
{
    public static Command Create() =>
        new Command("list", "List the tokens; their values are not stored.").Does(async context =>
        {
            if (!context.IsRemote)
            {
                return await LocalTokens.RunAsync(context, "list");
            }

            var tokens = await context.Client.GetAsync("/api/tokens", context.Cancelled);
            if (context.Json)
            {
                return context.PrintJson(tokens);
            }

            context.PrintTable(
                ["id", "name", "scope", "created", "last used"],
                tokens
                    .Items()
                    .Select(token =>
                        (IReadOnlyList<string>)
                            [
                                token.Field("id"),
                                token.Field("name"),
                                token.Field("scope"),
                                token.Time("createdAt"),
                                token.Time("lastUsedAt"),
                            ]
                    ),
                "There are no tokens."
            );
            return 0;
        });
}
