using System.CommandLine;
using System.Text.Json.Nodes;
using Platform.Cli.Output;
using Platform.Cli.Server;
using Platform.LocalServers;

namespace Platform.Cli.Platforms;

internal static class Status
{
    public static Command Create() =>
        new Command(
            "status",
            "Show whether the platform is running and healthy; fails when it does not run or cannot work."
        ).Does(RunAsync);

    private static async Task<int> RunAsync(CommandContext context)
    {
        var running = context.IsRemote ? null : context.Running;
        var address = context.FindAddress();
        var url = address?.AbsoluteUri.TrimEnd('/');
        var (problem, health) = address is null
            ? ("no platform is running there", new JsonObject())
            : await AskAsync(context);
        var others = VisiblePlatforms.Find().Where(other => other.Url != address).ToList();
        if (context.Json)
        {
            context.PrintJson(
                new JsonObject
                {
                    ["running"] = running is not null || problem is null,
                    ["ready"] = problem is null,
                    ["url"] = url,
                    ["pid"] = running?.Pid,
                    ["health"] = health,
                    ["others"] = new JsonArray([
                        .. others.Select(other => new JsonObject
                        {
                            ["url"] = other.Url.AbsoluteUri.TrimEnd('/'),
                            ["dataFolder"] = other.Folder,
                        }),
                    ]),
                }
            );
            return problem is null ? 0 : 1;
        }

        context.PrintFields(
            ("address", url ?? "–"),
            ("process", running is null ? "–" : $"{running.Pid}"),
            ("data folder", context.IsRemote ? "–" : Path.GetFullPath(context.DataPath ?? DataFolder.Default)),
            ("health", problem ?? health.Field("status"))
        );
        if (health["checks"] is JsonObject { Count: > 0 } checks)
        {
            context.PrintFields([.. checks.Select(check => ($"  {check.Key}", Describe(check.Value)))]);
        }

        foreach (var other in others)
        {
            await context.Out.WriteLineAsync(
                $"Another platform runs at {other.Url.AbsoluteUri.TrimEnd('/')}: --data {other.Folder}"
            );
        }

        return problem is null ? 0 : 1;
    }

    private static string Describe(JsonNode? check) =>
        check?["description"].Text() is { Length: > 0 } description
            ? $"{check.Field("status")}: {description}"
            : check?.Field("status") ?? "–";

    private static async Task<(string? Problem, JsonNode Health)> AskAsync(CommandContext context)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/health/ready");
            using var response = await context.Client.TrySendAsync(request, context.Cancelled);
            var health = JsonNode.Parse(await response.Content.ReadAsStringAsync(context.Cancelled));
            return (response.IsSuccessStatusCode ? null : "a part of it is not healthy", health ?? new JsonObject());
        }
        catch (CliException exception)
        {
            return (exception.Message, new JsonObject());
        }
    }
}
