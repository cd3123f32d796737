using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.Cli.Platforms;

namespace Platform.Cli.Compose;

/// <summary>One container of the stack.</summary>
/// <param name="Service">Its name in <c>compose.yaml</c>.</param>
/// <param name="State"><c>running</c>, <c>restarting</c>, <c>exited</c>, …</param>
/// <param name="Health"><c>healthy</c>, <c>starting</c>, <c>unhealthy</c>; empty where nothing is checked.</param>
internal sealed record ComposeContainer(string Id, string Service, string State, string Health, int ExitCode)
{
    /// <summary>Whether it does what it is for. What is run once has done so when it ended with 0.</summary>
    public bool IsFine => State is "exited" ? ExitCode == 0 : State is "running" && Health is "" or "healthy";

    /// <summary>State and health in a word or two.</summary>
    public string Summary =>
        State is "exited" ? (ExitCode == 0 ? "done" : $"exited ({ExitCode})")
        : Health.Length > 0 && State is "running" ? Health
        : State;
}

/// <summary>The containers of the stack, and why one of them does not do what it is for.</summary>
internal sealed class ComposeContainers(DockerCompose docker)
{
    private const int LogLines = 60;

    public async Task<IReadOnlyList<ComposeContainer>> ListAsync(CancellationToken cancellationToken)
    {
        var result = await docker.ComposeAsync(["ps", "--all", "--format", "json"], echo: null, cancellationToken);
        return result.ExitCode == 0 ? Parse(result.Output) : throw new CliException(result.LastError);
    }

    /// <summary>Compose before 2.21 prints a list, later ones an object a line.</summary>
    internal static IReadOnlyList<ComposeContainer> Parse(string output) =>
        [
            .. output
                .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Select(line => JsonNode.Parse(line))
                .SelectMany(node => node is JsonArray list ? list.ToArray() : [node])
                .OfType<JsonObject>()
                .Select(one => new ComposeContainer(
                    Text(one, "ID"),
                    Text(one, "Service"),
                    Text(one, "State"),
                    Text(one, "Health"),
                    (int?)one["ExitCode"] ?? 0
                ))
                .OrderBy(one => one.Service, StringComparer.Ordinal),
        ];

    /// <summary>The containers that started again and again.</summary>
    public async Task<IReadOnlyList<ComposeContainer>> RestartedAsync(int times, CancellationToken cancellationToken)
    {
        var all = await ListAsync(cancellationToken);
        if (all.Count == 0)
        {
            return [];
        }

        var inspected = await docker.RunAsync(
            ["inspect", "--format", "{{.ID}} {{.RestartCount}}", .. all.Select(one => one.Id)],
            echo: null,
            cancellationToken
        );
        var counts = inspected
            .Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' '))
            .Where(words => words.Length == 2 && int.TryParse(words[1], out var count) && count >= times)
            .Select(words => words[0])
            .ToList();
        return [.. all.Where(one => counts.Exists(id => id.StartsWith(one.Id, StringComparison.Ordinal)))];
    }

    /// <summary>What a container said last, in a line; of one that runs and is not ready, which of its checks fail.</summary>
    public async Task<string> LastMessageAsync(ComposeContainer container, CancellationToken cancellationToken)
    {
        if (container is { State: "running", Health: "unhealthy" or "starting" })
        {
            var health = await docker.RunAsync(
                ["inspect", "--format", "{{range .State.Health.Log}}{{println .Output}}{{end}}", container.Id],
                echo: null,
                cancellationToken
            );
            if (FailedChecks(health.Output.Split('\n')) is { } checks)
            {
                return checks;
            }
        }

        var log = await docker.RunAsync(["logs", "--tail", $"{LogLines}", container.Id], echo: null, cancellationToken);
        return MessageOf([.. log.Output.Split('\n'), .. log.Errors.Split('\n')]);
    }

    /// <summary>What our programs say before they end begins with their name; others say it in their last lines.</summary>
    internal static string MessageOf(IReadOnlyList<string> lines) =>
        lines.LastOrDefault(line =>
            line.StartsWith("platform: ", StringComparison.Ordinal)
            || line.StartsWith("agent: ", StringComparison.Ordinal)
        )
            is { } own
            ? own[(own.IndexOf(' ', StringComparison.Ordinal) + 1)..].Trim()
            : LogTail.LastMessage([.. lines.Select(Readable).TakeLast(3)]);

    /// <summary>The checks that fail in the last report of health; null when there is none.</summary>
    internal static string? FailedChecks(IReadOnlyList<string> lines)
    {
        var failed = lines
            .Where(line => line.StartsWith("{\"status\"", StringComparison.Ordinal))
            .Select(line => JsonNode.Parse(line)?["checks"] as JsonObject)
            .LastOrDefault()
            ?.Where(check => (string?)check.Value?["status"] is not "healthy")
            .Select(check => $"{check.Key}: {(string?)check.Value?["description"] ?? "not healthy"}")
            .ToList();
        return failed is { Count: > 0 } ? string.Join("; ", failed) : null;
    }

    private static string Readable(string line)
    {
        if (line is not ['{', ..])
        {
            return line;
        }

        try
        {
            var entry = JsonNode.Parse(line);
            return $"{(string?)entry?["message"]} {(string?)entry?["error"]?["message"]}".Trim();
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return line;
        }
    }

    private static string Text(JsonObject container, string name) => (string?)container[name] ?? "";
}
