using System.CommandLine;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Platform.Cli.Platforms;
using Platform.Cli.Server;
using Platform.Cli.Users;

namespace Platform.Cli.Tokens;

internal static class CreateToken
{
    public static Command Create()
    {
        var name = new Argument<string?>("name")
        {
            Description =
                "With --user what the token is for; alone whose it is. Who is no user yet is added with --role.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var user = new Option<string?>("--user")
        {
            Description =
                "Whose it is: a user's name, or 'me' for your own. On the platform's machine the first user is added, as an administrator without --role.",
        };
        var role = new Option<string?>("--role")
        {
            Description =
                "What it may do at most: read (viewer), change (editor), everything (administrator). The role of the user, when left out.",
        };
        role.AcceptOnlyFromAmong(Roles.All);
        var scope = new Option<string?>("--scope")
        {
            Description = "The role as release 0.1.0 called it: admin, editor or read.",
            Hidden = true,
        };
        scope.AcceptOnlyFromAmong("admin", "editor", "read");
        var expires = new Option<string?>("--expires")
        {
            Description =
                "When it ends: after 30d, 12h or 45m, with the day 2031-12-31 (in UTC), or at a time such as 2031-12-31T18:00:00Z; at most 3660 days ahead. Never when left out.",
        };
        return new Command(
            "create",
            "Create a token; it is shown only once. Without a name it is your own; on the platform's machine, where nobody is signed in, --user or a name is needed, unless there is no user yet: then an administrator with the name of whoever runs it is added."
        )
        {
            name,
            user,
            role,
            scope,
            expires,
        }.Does(context =>
            RunAsync(
                context,
                new Wanted(
                    context.Value(name),
                    context.Value(user),
                    context.Value(role),
                    context.Value(scope),
                    context.Value(expires)
                )
            )
        );
    }

    private static async Task<int> RunAsync(CommandContext context, Wanted wanted)
    {
        var added = wanted is { User: null, Name: { } name }
            ? await IsAddedAsync(context, wanted, name)
            : wanted.User is not null && !context.UsesApi && (await UserNames.OfAsync(context)).Count == 0;
        var token = await AskAsync(context, wanted);
        if (context.Json)
        {
            return context.PrintJson(token);
        }

        if (added)
        {
            await context.Error.WriteLineAsync(
                $"User '{token.Field("user")}' is added, with the role {token.Field("role")}."
            );
        }

        await context.Error.WriteLineAsync(
            $"Token {token.Field("id")} of {token.Field("user")} ({token.Field("role")}{End(context.Time(token, "expiresAt"))}); it is shown only now:"
        );
        await context.Out.WriteLineAsync(token.Field("token"));
        return 0;
    }

    /// <summary>Whether a name is that of no user yet; a mistyped one must add nobody.</summary>
    private static async Task<bool> IsAddedAsync(CommandContext context, Wanted wanted, string name)
    {
        IReadOnlyList<string> users;
        try
        {
            users = await UserNames.OfAsync(context);
        }
        catch (CliException) when (context.UsesApi)
        {
            // Whoever may not see the users may add none either, and is told so.
            return false;
        }

        var isKnown = name is "me" || users.Contains(name, StringComparer.OrdinalIgnoreCase);
        return !isKnown && users.Count > 0 && wanted is { Role: null, Scope: null }
            ? throw new UsageException(
                $"There is no user '{name}'; there {(users.Count == 1 ? "is" : "are")} {string.Join(", ", users)}. With --role the user is added."
            )
            : !isKnown;
    }

    private static async Task<JsonNode> AskAsync(CommandContext context, Wanted wanted)
    {
        if (context.UsesApi)
        {
            using var body = JsonContent.Create(wanted);
            return await context.Client.PostAsync("/api/tokens", body, context.Cancelled);
        }

        var whose = wanted is { User: null, Name: null }
            ? wanted with
            {
                Name = await FirstUserAsync(context),
            }
            : wanted;
        return await LocalGateway.AskAsync(context, ["tokens", "create", .. whose.Options()]);
    }

    /// <summary>Nobody is signed in here: the platform's first user is whoever runs it, and later ones are named.</summary>
    private static async Task<string> FirstUserAsync(CommandContext context)
    {
        var users = await UserNames.OfAsync(context);
        return users.Count > 0
            ? throw new UsageException(
                $"Whose token it is has to be said: --user NAME, one of {string.Join(", ", users)}."
            )
            : Environment.UserName;
    }

    private static string End(string time) => time is "–" ? "" : $", until {time}";

    /// <summary>The body of the request.</summary>
    private sealed record Wanted(string? Name, string? User, string? Role, string? Scope, string? Expires)
    {
        /// <summary>The same as options.</summary>
        public IEnumerable<string> Options()
        {
            (string Option, string? Value)[] all =
            [
                ("--name", Name),
                ("--user", User),
                ("--role", Role),
                ("--scope", Scope),
                ("--expires", Expires),
            ];
            return all.Where(one => one.Value is not null).SelectMany(one => new[] { one.Option, one.Value! });
        }
    }
}
