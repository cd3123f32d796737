using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Platform.Cli.Output;
using Platform.Cli.Platforms;
using Platform.Cli.Server;

namespace Platform.Cli.Tokens;

internal static class ListTokens
{
    public static Command Create() =>
        new Command("list", "List the tokens; their values are not stored.").Does(async context =>
        {
            var tokens = context.UsesApi
                ? await context.Client.GetAsync("/api/tokens", context.Cancelled)
                : await LocalGateway.AskAsync(context, "tokens", "list");
            if (context.Json)
            {
                return context.PrintJson(tokens);
            }

            context.PrintTable(
                [
                    Column.Id(),
                    "user",
                    "name",
                    new Column("role", Drop: 1),
                    Column.Time("created", drop: 4),
                    Column.Time("last used", drop: 3),
                    Column.Time("expires", drop: 2),
                ],
                tokens
                    .Items()
                    .Select(token =>
                        (IReadOnlyList<string>)
                            [
                                token.Field("id"),
                                token.Field("user"),
                                token.Field("name"),
                                token.Field("role"),
                                token.Time("createdAt"),
                                token.Time("lastUsedAt"),
                                Expiry(token),
                            ]
                    ),
                "There are no tokens."
            );
            return 0;
        });

    private static string Expiry(JsonNode token) =>
        DateTimeOffset.TryParse(token["expiresAt"].Text(), CultureInfo.InvariantCulture, out var end)
            ? token.Time("expiresAt") + (end <= TimeProvider.System.GetUtcNow() ? " (has ended)" : "")
            : "–";
}
