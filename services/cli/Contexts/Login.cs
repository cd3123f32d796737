using System.CommandLine;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.Cli.Server;
using Spectre.Console;

namespace Platform.Cli.Contexts;

/// <summary>Checks a token against a platform and keeps both for later commands.</summary>
internal static class Login
{
    private const int MaxTokenLength = 4096;

    public static Command Create()
    {
        var url = new Argument<string>("url") { Description = "The platform's address." };
        var fromInput = new Option<bool>("--token-stdin")
        {
            Description = "Read the token from standard input, where no list of processes shows it.",
        };
        return new Command(
            "login",
            "Sign in to a platform and use it from now on; --context names it (its host, port and path)."
        )
        {
            url,
            fromInput,
        }.Does(context => RunAsync(context, context.Value(url), context.Value(fromInput)));
    }

    private static async Task<int> RunAsync(CommandContext context, string url, bool fromInput)
    {
        var server = Target.PlatformOf(Target.Parse(url));
        var name = context.Value(GlobalOptions.Context) ?? (server.Authority + server.AbsolutePath).TrimEnd('/');
        if (name.Length is 0 or > 100 || name.Any(character => character is <= ' ' or '\x7f'))
        {
            throw new CliException("A context's name has 1 to 100 characters and no spaces.");
        }

        // Before anything is sent: a file that cannot be used is to be mended first.
        var contexts = context.Contexts.Read();
        if (fromInput && context.Value(GlobalOptions.Token) is not null)
        {
            throw new CliException("Give the token with --token or --token-stdin, not both.");
        }

        var token =
            fromInput ? await ReadAsync(context)
            : context.Value(GlobalOptions.Token) is { } given ? Target.Check(given)
            : null;
        var caller = await AskAsync(server, token, context.Cancelled);
        if (caller is null && token is null && context.Invocation.IsInteractive)
        {
            token = Target.Check(
                await AnsiConsole
                    .Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(context.Out) })
                    .PromptAsync(new TextPrompt<string>("Token:").Secret(null), context.Cancelled)
            );
            caller = await AskAsync(server, token, context.Cancelled);
        }

        if (caller is null)
        {
            throw new CliException(
                token is null
                    ? $"{server} asks for a token: pass it with --token-stdin or --token."
                    : $"{server} refuses this token: it is not valid, has ended or was revoked, or its user is disabled."
            );
        }

        if (caller["kind"].Text() is not "user")
        {
            throw new CliException($"This is the token of a {caller.Field("kind")}; sign in with one of a user.");
        }

        context.Contexts.Write(contexts.With(new StoredContext(name, server, token)) with { CurrentContext = name });
        return await PrintAsync(context, name, server, token, caller);
    }

    private static async Task<int> PrintAsync(
        CommandContext context,
        string name,
        Uri server,
        string? token,
        JsonNode caller
    )
    {
        if (context.Json)
        {
            return context.PrintJson(
                new JsonObject
                {
                    ["context"] = name,
                    ["server"] = server.AbsoluteUri.TrimEnd('/'),
                    ["name"] = caller["name"]?.DeepClone(),
                    ["role"] = caller["role"]?.DeepClone(),
                }
            );
        }

        if (token is not null && server is { Scheme: "http", IsLoopback: false })
        {
            await context.Error.WriteLineAsync(
                $"platform: {server} is not encrypted; the token can be read on the way."
            );
        }

        await context.Out.WriteLineAsync(
            $"Signed in to {server.AbsoluteUri.TrimEnd('/')} as {caller.Field("name")} ({caller.Field("role")}). Commands now use the context '{name}'."
        );
        return 0;
    }

    /// <summary>Who the token speaks for; null when it is refused.</summary>
    private static async Task<JsonNode?> AskAsync(Uri server, string? token, CancellationToken cancellationToken)
    {
        using var client = new PlatformClient(server, token);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/users/me");
        using var response = await client.TrySendAsync(request, cancellationToken);
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        if (response.StatusCode is HttpStatusCode.Unauthorized)
        {
            return null;
        }

        try
        {
            if (response.IsSuccessStatusCode && JsonNode.Parse(text) is JsonObject caller)
            {
                return caller;
            }
        }
        catch (JsonException)
        {
            // Said below.
        }

        throw new CliException(
            (int)response.StatusCode >= 500
                ? $"{server} answers {(int)response.StatusCode}; try again later."
                : $"{server} does not answer like a platform of this release."
        );
    }

    /// <summary>Reads the token; what follows its line is not looked at.</summary>
    private static async Task<string> ReadAsync(CommandContext context)
    {
        var buffer = new char[MaxTokenLength];
        var input = context.Invocation.Input;
        var length = await context.ReadAsync(() => input.ReadBlock(buffer));
        var lines = new string(buffer, 0, length).Split('\n', 2);
        return Target.Check(lines[0].Trim());
    }
}
