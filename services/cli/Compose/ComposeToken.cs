using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.Cli.Server;
using Platform.Cli.Users;

namespace Platform.Cli.Compose;

/// <summary>
/// Makes tokens in the gateway's container, as 'tokens create' does on the machine of a platform without containers: so the first
/// administrator gets in.
/// </summary>
internal static class ComposeToken
{
    public static Command Create()
    {
        var name = new Argument<string?>("user")
        {
            Description =
                "Whose it is; whoever runs the command, when left out. Who is no user yet is added with --role.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var role = new Option<string?>("--role")
        {
            Description =
                "What it may do at most: viewer, editor, administrator. The role of the user, when left out; while there is no administrator, that.",
        };
        role.AcceptOnlyFromAmong(Roles.All);
        var expires = new Option<string?>("--expires")
        {
            Description = "When it ends, such as 30d; never when left out.",
        };
        return new Command("token", "Create a token, as the first administrator needs; it is shown only once.")
        {
            name,
            role,
            expires,
        }
            .Does(async context =>
            {
                var (docker, _) = await ComposeCommands.OpenAsync(context, []);
                var users = await AskAsync(docker, ["users", "list"], context.Cancelled);
                var asked =
                    context.Value(role)
                    ?? (users.Items().Any(user => user.Field("role") is "administrator") ? null : "administrator");
                var token = await AskAsync(
                    docker,
                    [
                        "tokens",
                        "create",
                        "--name",
                        context.Value(name) ?? Environment.UserName,
                        .. asked is null ? (string[])[] : ["--role", asked],
                        .. context.Value(expires) is { } end ? (string[])["--expires", end] : [],
                    ],
                    context.Cancelled
                );
                if (context.Json)
                {
                    return context.PrintJson(token);
                }

                await context.Error.WriteLineAsync(
                    $"Token {token.Field("id")} of {token.Field("user")} ({token.Field("role")}); it is shown only now:"
                );
                await context.Out.WriteLineAsync(token.Field("token"));
                return 0;
            })
            .WithExamples(
                "compose token",
                "compose token anna --role editor --expires 30d",
                "compose token | ./platform login http://127.0.0.1:5080 --token-stdin"
            );
    }

    /// <summary>Runs the gateway's program beside the one that serves, on the same database.</summary>
    public static async Task<JsonNode> AskAsync(
        DockerCompose docker,
        IReadOnlyList<string> words,
        CancellationToken cancellationToken
    )
    {
        var result = await docker.ComposeAsync(
            ["exec", "-T", "gateway", "dotnet", "/app/Platform.Gateway.dll", .. words],
            echo: null,
            cancellationToken
        );
        if (result.ExitCode == 0 && Parse(result.Output) is { } answer)
        {
            return answer;
        }

        throw new CliException(
            Parse(result.Errors) is JsonObject problem ? Problems.Describe(problem)
            : result.Errors.Contains("is not running", StringComparison.Ordinal)
                ? "The gateway does not run: './platform compose up' starts it."
            : result.LastError
        );
    }

    private static JsonNode? Parse(string text)
    {
        try
        {
            return text.Length == 0 ? null : JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
