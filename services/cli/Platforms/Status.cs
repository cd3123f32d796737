using System.CommandLine;
using System.Text.Json.Nodes;
using Platform.Cli.Output;
using Platform.Cli.Server;
using Platform.LocalServers;

namespace Platform.Cli.Platforms;

internal static class Status
{
    public static Command Create() =>
        new Command("status", "Show whether the platform is running and healthy; fails when it is not.").Does(RunAsync);

    private static async Task<int> RunAsync(CommandContext context)
    {
        var running = context.IsRemote ? null : context.Running;
        var url = context.Client.Address.AbsoluteUri.TrimEnd('/');
        string? problem = null;
        JsonNode health = new JsonObject();
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/health/ready");
            using var response = await context.Client.TrySendAsync(request, context.Cancelled);
            health = JsonNode.Parse(await response.Content.ReadAsStringAsync(context.Cancelled)) ?? health;
            problem = response.IsSuccessStatusCode ? null : "a part of it is not healthy";
        }
        catch (CliException exception)
        {
            problem = exception.Message;
        }

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
                }
            );
            return problem is null ? 0 : 1;
        }

        context.PrintFields(
            ("address", url),
            ("process", running is null ? "–" : $"{running.Pid}"),
            ("data folder", Path.GetFullPath(context.DataPath ?? DataFolder.Default)),
            ("health", problem ?? health.Field("status"))
        );
        if (health["checks"] is JsonObject { Count: > 0 } checks)
        {
            context.PrintFields([.. checks.Select(check => ($"  {check.Key}", check.Value?.Field("status") ?? "–"))]);
        }

        return problem is null ? 0 : 1;
    }
}
