using System.Globalization;
using System.Text.Json.Nodes;
using Platform.Cli.Output;
using Platform.Cli.Server;

namespace Platform.Cli.Jobs;

/// <summary>How a job is printed.</summary>
internal static class JobOutput
{
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
            ("run", job.Field("runId")),
            ("submitted", job.Time("submittedAt")),
            ("owner", job.Person("submittedBy")),
            ("started", job.Time("startedAt")),
            ("ended", job.Time("endedAt")),
            ("exit code", job.Field("exitCode")),
            ("detail", job.Field("detail")),
            .. Deletions.Fields(job),
        ]);
        return 0;
    }

    /// <summary>The status, with the reason unless it is the usual one.</summary>
    public static string Status(JsonNode job) =>
        job["reason"].Text() is { Length: > 0 } reason && job.Field("status") is not "succeeded"
            ? $"{job.Field("status")} ({reason})"
            : job.Field("status");

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
