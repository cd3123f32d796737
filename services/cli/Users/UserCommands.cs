using System.CommandLine;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Platform.Cli.Output;
using Platform.Cli.Platforms;
using Platform.Cli.Server;

namespace Platform.Cli.Users;

/// <summary>Manages users: over the API where a platform is given, else in the database of this machine's platform.</summary>
internal static class UserCommands
{
    public static Command Add()
    {
        var name = Name();
        var role = new Option<string>("--role")
        {
            Description = "What the user may do at most: look (viewer), change (editor), everything (administrator).",
            Required = true,
        };
        role.AcceptOnlyFromAmong(Roles.All);
        return new Command("add", "Add a user, who can then be given tokens.") { name, role }.Does(context =>
            ChangeAsync(
                context,
                ["add", context.Value(name), "--role", context.Value(role)!],
                () =>
                    Request(
                        HttpMethod.Post,
                        "/api/users",
                        new { name = context.Value(name), role = context.Value(role) }
                    )
            )
        );
    }

    public static Command List() =>
        new Command("list", "List the users.").Does(async context =>
        {
            var users = context.UsesApi
                ? await context.Client.GetAsync("/api/users", context.Cancelled)
                : await LocalGateway.AskAsync(context, "users", "list");
            if (context.Json)
            {
                return context.PrintJson(users);
            }

            context.PrintTable(
                ["name", "role", "state", Column.Time("added", drop: 1)],
                users.Items().Select(Row),
                "There are no users."
            );
            return 0;
        });

    public static Command Role()
    {
        var name = Name();
        var role = new Argument<string>("role") { Description = "The new role." };
        role.AcceptOnlyFromAmong(Roles.All);
        return new Command("role", "Give a user another role; it holds for all of the user's tokens.")
        {
            name,
            role,
        }.Does(context =>
            ChangeAsync(
                context,
                ["role", context.Value(name), context.Value(role)],
                () => Request(HttpMethod.Patch, PathOf(context.Value(name)), new { role = context.Value(role) })
            )
        );
    }

    public static Command Disable() =>
        Switch("disable", "Refuse all tokens of a user within 5 seconds, until the user is enabled again.");

    public static Command Enable() => Switch("enable", "Accept the tokens of a disabled user again.");

    private static Command Switch(string verb, string description)
    {
        var name = Name();
        return new Command(verb, description) { name }.Does(context =>
            ChangeAsync(
                context,
                [verb, context.Value(name)],
                () => Request<object>(HttpMethod.Post, $"{PathOf(context.Value(name))}/{verb}", body: null)
            )
        );
    }

    private static async Task<int> ChangeAsync(
        CommandContext context,
        IReadOnlyList<string> words,
        Func<HttpRequestMessage> request
    )
    {
        var user = context.UsesApi
            ? await context.Client.SendJsonAsync(request(), context.Cancelled)
            : await LocalGateway.AskAsync(context, ["users", .. words]);
        if (context.Json)
        {
            return context.PrintJson(user);
        }

        context.PrintTable(["name", "role", "state", Column.Time("added", drop: 1)], [Row(user)], "");
        return 0;
    }

    private static IReadOnlyList<string> Row(JsonNode user) =>
        [
            user.Field("name"),
            user.Field("role"),
            user.Field("enabled") is "true" ? "enabled" : "disabled",
            user.Time("addedAt"),
        ];

    private static Argument<string> Name() => new("name") { Description = "The user's name." };

    private static string PathOf(string name) => $"/api/users/{PathSegment.Of(name)}";

    private static HttpRequestMessage Request<T>(HttpMethod method, string path, T? body) =>
        new(method, path) { Content = body is null ? null : JsonContent.Create(body) };
}
