using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Platform.Cli.Output;
using Platform.Cli.Server;

namespace Platform.Cli.Nodes;

/// <summary>The tokens with which machines join; <see cref="CreateJoinToken"/> makes them.</summary>
internal static class JoinTokens
{
    private const string Path = "/api/nodes/join-tokens";

    public static Command Create() =>
        new("join-tokens", "The tokens with which machines join; 'nodes join-token' creates one.") { List(), Revoke() };

    private static Command List() =>
        new Command("list", "List the join tokens; their values are not stored.").Does(async context =>
        {
            var tokens = await context.Client.GetAsync(Path, context.Cancelled);
            if (context.Json)
            {
                return context.PrintJson(tokens);
            }

            context.PrintTable(
                [
                    Column.Id(),
                    "name",
                    Column.Status(),
                    Column.Time("created", drop: 2),
                    Column.Time("last used", drop: 3),
                    Column.Time("expires", drop: 1),
                ],
                tokens
                    .Items()
                    .Select(token =>
                        (IReadOnlyList<string>)
                            [
                                token.Field("id"),
                                token.Field("name"),
                                StatusOf(token),
                                token.Time("createdAt"),
                                token.Time("lastUsedAt"),
                                token.Time("expiresAt"),
                            ]
                    ),
                "There are no join tokens."
            );
            return 0;
        });

    private static Command Revoke()
    {
        var token = new Argument<string>("token")
        {
            Description =
                "The join token: its name, its id, or the beginning or end of it, as 'nodes join-tokens list' shows it.",
        };
        return new Command("revoke", "Revoke a join token: no machine joins with it any more; nodes that did stay.")
        {
            token,
        }.Does(async context =>
        {
            var id = await References.FindIdAsync(
                "join token",
                context.Value(token),
                () => context.Client.GetAsync(Path, context.Cancelled)
            );
            using var request = new HttpRequestMessage(HttpMethod.Delete, $"{Path}/{id}");
            (await context.Client.SendAsync(request, context.Cancelled)).Dispose();
            return context.PrintDone(
                $"Join token {id} is revoked.",
                new JsonObject { ["id"] = $"{id}", ["revoked"] = true }
            );
        });
    }

    private static string StatusOf(JsonNode token) =>
        token["revokedAt"].Text() is not null ? "revoked"
        : DateTimeOffset.TryParse(token["expiresAt"].Text(), CultureInfo.InvariantCulture, out var end)
        && end <= TimeProvider.System.GetUtcNow()
            ? "expired"
        : "valid";
}
