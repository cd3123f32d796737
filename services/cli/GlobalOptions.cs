using System.CommandLine;
using Platform.Cli.Contexts;

namespace Platform.Cli;

/// <summary>Options that every command takes.</summary>
internal static class GlobalOptions
{
    public static Option<bool> Json { get; } =
        new("--json") { Description = "Print JSON for programs.", Recursive = true };

    public static Option<string?> Server { get; } = CreateServer();

    public static Option<string?> Token { get; } =
        new("--token")
        {
            Description = "The API token, if the platform requires one (PLATFORM_TOKEN; else that of the context).",
            Recursive = true,
        };

    public static Option<string?> Context { get; } =
        new("--context")
        {
            Description = "A platform that you signed in to with 'login', instead of the one in use.",
            Recursive = true,
            HelpName = "NAME",
        };

    public static Option<string?> Data { get; } =
        new("--data")
        {
            Description =
                "The data folder (PLATFORM_DATA; ~/.local/share/platform, for root /var/lib/platform). Given as an option, it means the platform that runs on it, whatever PLATFORM_URL and the context in use say; --server and --context come first.",
            Recursive = true,
            HelpName = "DIR",
        };

    public static IReadOnlyList<Option> All { get; } = [Json, Server, Token, Context, Data];

    private static Option<string?> CreateServer()
    {
        var server = new Option<string?>("--server")
        {
            Description =
                "The platform's address (PLATFORM_URL; else that of the context in use; else the one that runs on this machine, http://127.0.0.1:5080).",
            Recursive = true,
            HelpName = "URL",
        };
        server.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: { Length: > 0 } text }] && !Target.TryParse(text, out _))
            {
                result.AddError(Target.ProblemWith(text));
            }
        });
        return server;
    }
}
