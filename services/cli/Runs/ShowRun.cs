using System.CommandLine;
using System.Text.Json.Nodes;
using Platform.Cli.Output;
using Platform.Cli.Server;

namespace Platform.Cli.Runs;

internal static class ShowRun
{
    public static Command Create()
    {
        var id = RunArgument.Create();
        return new Command("show", "Show one run: parameters, tags, latest and best metrics.") { id }.Does(
            async context =>
            {
                var run = await context.Client.GetAsync(
                    await RunArgument.FindAsync(context, context.Value(id)),
                    context.Cancelled
                );
                return context.Json ? context.PrintJson(run) : Print(context, run);
            }
        );
    }

    /// <summary>What the training logged and its SDK could not store as it was.</summary>
    private static IEnumerable<(string, string)> Losses(JsonNode run)
    {
        if (run["losses"] is { } losses)
        {
            yield return (
                "not stored",
                $"{Count.Of(losses["refused"]?.GetValue<long>() ?? 0, "value")}; changed to be stored: {losses.Field("cut")}"
            );
        }
    }

    private static int Print(CommandContext context, JsonNode run)
    {
        context.PrintFields([
            ("id", run.Field("id")),
            ("name", run.Field("name")),
            ("project", run.Field("project")),
            ("status", run.Field("status")),
            ("created", context.Time(run, "createdAt")),
            .. Losses(run),
            .. Deletions.Fields(context, run),
        ]);
        foreach (var notice in run["losses"]?.Items("notices") ?? [])
        {
            context.Out.WriteLine(TableLayout.OneLine($"  {notice.Text()}"));
        }

        foreach (var section in (string[])["parameters", "tags", "summary"])
        {
            if (run[section] is JsonObject { Count: > 0 } values)
            {
                context.Out.WriteLine(section);
                context.PrintFields([.. values.Select(value => ($"  {value.Key}", value.Value.Text() ?? "–"))]);
            }
        }

        MetricOutput.Print(context, run);
        return 0;
    }
}
