using System.CommandLine;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Platform.Cli.Output;
using Platform.Cli.Server;

namespace Platform.Cli.RunFiles;

internal static class ImportRuns
{
    /// <summary>As many runs of a folder are sent in one archive.</summary>
    private const int RunsAtOnce = 500;
    private static readonly string[] _counts = ["imported", "completed", "existing", "refused"];

    public static Command Create()
    {
        var path = new Argument<string>("path")
        {
            Description = "An archive that 'runs export' wrote, or a folder of MLflow (mlruns) or Runicorn.",
        };
        var project = new Option<string?>("--project")
        {
            Description = "The project of runs from a folder; by default named for their experiments.",
        };
        project.RefuseEmpty();
        var dryRun = new Option<bool>("--dry-run") { Description = "Only say what would be imported." };
        return new Command("import", "Import runs; those that exist already stay as they are.")
        {
            path,
            project,
            dryRun,
        }
            .WithExamples("runs import digits.zip --dry-run", "runs import digits.zip", "runs import ~/old/mlruns")
            .Does(context => ImportAsync(context, context.Value(path), context.Value(project), context.Value(dryRun)));
    }

    private static async Task<int> ImportAsync(CommandContext context, string path, string? project, bool dryRun)
    {
        if (Directory.Exists(path))
        {
            return await ImportFolderAsync(context, path, project, dryRun);
        }

        if (project is not null)
        {
            throw new UsageException("--project is for folders; runs of an archive keep their projects.");
        }

        await using var file = Open(path);
        return Print(context, await SendAsync(context, file, dryRun), dryRun);
    }

    private static async Task<int> ImportFolderAsync(CommandContext context, string path, string? project, bool dryRun)
    {
        var kind =
            FolderKind.All.FirstOrDefault(one => one.IsOne(path))
            ?? throw new CliException(
                $"{path} has no runs of {string.Join(" or ", FolderKind.All.Select(one => one.Name))}."
            );
        var left = new FolderReport();
        var all = new JsonObject { ["items"] = new JsonArray() };
        foreach (var runs in FolderArchive.Distinct(kind.Read(path, left), left).Chunk(RunsAtOnce))
        {
            await using var file = await FolderArchive.CreateAsync(runs, project, left, context.Cancelled);
            Add(all, await SendAsync(context, file, dryRun));
        }

        all["leftOut"] = new JsonArray([.. left.Left.Select(what => JsonValue.Create(what))]);
        if (!context.Json)
        {
            foreach (var what in left.Left)
            {
                await context.Error.WriteLineAsync($"left out {TableLayout.OneLine(what)}");
            }
        }

        return Print(context, all, dryRun);
    }

    /// <summary>Adds a report to those before.</summary>
    private static void Add(JsonObject all, JsonNode report)
    {
        foreach (var item in report.Items())
        {
            all["items"]!.AsArray().Add(item.DeepClone());
        }

        foreach (var count in _counts)
        {
            all[count] = (all[count]?.GetValue<int>() ?? 0) + (report[count]?.GetValue<int>() ?? 0);
        }
    }

    private static FileStream Open(string path)
    {
        try
        {
            return File.OpenRead(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw FileErrors.Unreadable(path, exception);
        }
    }

    /// <summary>Sends an archive.</summary>
    /// <returns>The report.</returns>
    private static async Task<JsonNode> SendAsync(CommandContext context, Stream archive, bool dryRun)
    {
        using var content = new StreamContent(archive);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/zip");
        return await context.Client.PostAsync(
            Query.Path("/api/runs/import", ("dryRun", dryRun ? "true" : null)),
            content,
            context.Cancelled
        );
    }

    /// <summary>A line for each run and one for all; 1 when one was refused.</summary>
    private static int Print(CommandContext context, JsonNode report, bool dryRun)
    {
        var refused = report["refused"]?.GetValue<int>() ?? 0;
        if (context.Json)
        {
            context.PrintJson(report);
            return refused == 0 ? 0 : 1;
        }

        foreach (var run in report.Items())
        {
            context.Out.WriteLine(TableLayout.OneLine($"run {run.Field("id")} {Outcome(run, dryRun)}"));
        }

        context.Out.WriteLine(
            $"{report.Field("imported")} {(dryRun ? "would be " : "")}imported, {report.Field("completed")} completed, {report.Field("existing")} existed, {refused} refused"
        );
        return refused == 0 ? 0 : 1;
    }

    private static string Outcome(JsonNode run, bool dryRun)
    {
        var content =
            $"{Count.Of(run["points"]?.GetValue<long>() ?? 0, "point")}, {Count.Of(run["logs"]?.GetValue<int>() ?? 0, "log")}";
        return run["outcome"].Text() switch
        {
            "imported" =>
                $"{(dryRun ? "would be imported" : "imported")} into {run.Field("project")}: {content}{(run["isInterrupted"]?.GetValue<bool>() is true ? "; it had not ended and counts as interrupted" : "")}{(run["parentLeftOut"].Text() is { } parent ? $"; it is no part of {parent}, which would be a part of it" : "")}",
            "completed" => $"completed: {content}",
            "existing" => "exists and stays as it is",
            _ => $"refused: {run["problem"]?.Field("detail")}",
        };
    }
}
