using System.Globalization;
using System.Text.Json.Nodes;
using Platform.Cli.Output;
using Platform.Cli.Server;

namespace Platform.Cli.Jobs;

/// <summary>How a job is printed.</summary>
internal static class JobOutput
{
    private const string ExitCodeReason = "exit_code";

    public static int Print(CommandContext context, JsonNode job)
    {
        if (context.Json)
        {
            return context.PrintJson(job);
        }

        context.PrintFields([
            ("id", job.Field("id")),
            ("name", job.Field("name")),
            ("project", job.Field("project")),
            ("status", Status(job)),
            ("attempt", job.Field("attempt")),
            ("nodes", Nodes(job)),
            .. Specification(job),
            ("run", job.Field("runId")),
            ("submitted", context.Time(job, "submittedAt")),
            ("owner", job.Person("submittedBy")),
            ("started", context.Time(job, "startedAt")),
            ("ended", context.Time(job, "endedAt")),
            ("exit code", job.Field("exitCode")),
            ("detail", job.Field("detail")),
            .. Deletions.Fields(context, job),
        ]);
        return 0;
    }

    /// <summary>The status, with the reason unless it is the usual one.</summary>
    public static string Status(JsonNode job) =>
        Reason(job) is { } reason ? $"{job.Field("status")} ({reason})" : job.Field("status");

    /// <summary>Why the job waits or how it ended; null when the status says it all.</summary>
    public static string? Reason(JsonNode job)
    {
        if (job["stopping"]?.GetValue<bool>() is true)
        {
            return "stopping";
        }

        return job["reason"].Text() switch
        {
            null or "" => null,
            _ when job.Field("status") is "succeeded" => null,
            ExitCodeReason when job["exitCode"].Text() is { } code => $"exit code {code}",
            // Those of jobs that have ended are names.
            var reason when JobFollower.HasEnded(job) => reason == job.Field("status")
                ? null
                : reason.Replace('_', ' '),
            var reason => WithoutCodes(reason, job),
        };
    }

    /// <summary>A reason may have another one in it, such as <c>node_lost</c>, which is a name.</summary>
    private static string WithoutCodes(string reason, JsonNode job) =>
        job["reasonCode"]?["args"]?["reason"].Text() is { Length: > 0 } name
            ? reason.Replace(name, name.Replace('_', ' '), StringComparison.Ordinal)
            : reason;

    /// <summary>What it runs, on what and with what; only what it has.</summary>
    private static IEnumerable<(string Name, string Value)> Specification(JsonNode job)
    {
        (string Name, string Value)[] all =
        [
            ("command", string.Join(' ', job.Items("command").Select(word => Quoted(word.Text() ?? "")))),
            ("resources", Resources(job["resources"])),
            ("source", job["source"]?["artifact"].Text() ?? ""),
            (
                "inputs",
                string.Join(", ", job.Items("inputs").Select(one => $"{one.Field("artifact")} as {one.Field("path")}"))
            ),
            (
                "outputs",
                string.Join(", ", job.Items("outputs").Select(one => $"{one.Field("path")} as {one.Field("artifact")}"))
            ),
            (
                "files",
                string.Join(", ", job.Items("files").Select(one => $"{one.Field("path")} ({one.Bytes("size")})"))
            ),
        ];
        // A command may have line breaks, and what a terminal would obey.
        return all.Where(field => field.Value.Length > 0)
            .Select(field => (field.Name, TableLayout.OneLine(field.Value)));
    }

    private static string Resources(JsonNode? resources) =>
        resources is null
            ? ""
            : $"{resources.Field("gpus")} GPUs, {resources.Field("cpus")} CPUs, {resources.Field("memoryMiB")} MiB";

    /// <summary>A word as a shell takes it.</summary>
    private static string Quoted(string word) =>
        word.Length > 0 && word.All(one => char.IsLetterOrDigit(one) || "-_./:=,@%+".Contains(one))
            ? word
            : $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    /// <summary>The names of the nodes it was placed on.</summary>
    public static string Nodes(JsonNode job)
    {
        var names = job.Items("nodes").Select(node => node is JsonObject ? node.Field("nodeName") : node.Text() ?? "–");
        return string.Join(", ", names) is { Length: > 0 } all ? all : "–";
    }

    /// <summary>Since when, roughly.</summary>
    public static string Age(JsonNode job, string field, DateTimeOffset now)
    {
        if (!DateTimeOffset.TryParse(job[field].Text(), CultureInfo.InvariantCulture, out var time))
        {
            return "–";
        }

        var age = now - time;
        return age switch
        {
            { TotalSeconds: < 60 } => $"{Math.Max(0, age.TotalSeconds):0} s",
            { TotalMinutes: < 60 } => $"{age.TotalMinutes:0} min",
            { TotalHours: < 48 } => $"{age.TotalHours:0} h",
            _ => $"{age.TotalDays:0} d",
        };
    }
}
