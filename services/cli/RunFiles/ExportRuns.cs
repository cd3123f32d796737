using System.CommandLine;
using System.Text.Json.Nodes;
using Platform.Cli.Output;
using Platform.Cli.Runs;
using Platform.Cli.Server;

namespace Platform.Cli.RunFiles;

internal static class ExportRuns
{
    /// <summary>As many runs can be named in one request.</summary>
    private const int MaxRuns = 200;
    private const string Zip = "zip";
    private const string Printed = "-";

    public static Command Create()
    {
        var runs = new Argument<string[]>("run")
        {
            Description = "The runs: their ids, beginnings or ends of ids, or names.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var project = new Option<string?>("--project")
        {
            Description = "All runs of this project and those below it, as an archive.",
        };
        project.RefuseEmpty();
        var format = new Option<string?>("--format")
        {
            Description =
                "zip (an archive to import; the default of several), json, csv (metrics), markdown or html (a report).",
        };
        format.AcceptOnlyFromAmong(Zip, "json", "csv", "markdown", "html");
        var output = new Option<string?>("--output", "-o")
        {
            Description =
                "The file to write, or - to print; an archive gets a name of its own when left out, what is text is printed.",
            HelpName = "FILE",
        };
        output.RefuseEmpty();
        var noLogs = new Option<bool>("--no-logs") { Description = "Leave the logs of jobs out of an archive." };
        var command = new Command(
            "export",
            "Write runs to a file: an archive to import elsewhere, or one run's data or report."
        )
        {
            runs,
            project,
            format,
            output,
            noLogs,
        };
        command.WithExamples(
            "runs export digits --format html -o digits.html",
            "runs export digits --format csv > digits.csv",
            "runs export --project cv/digits -o digits.zip",
            "runs export 4f2a 77c1"
        );
        return command.Does(async context =>
        {
            var names = context.Value(runs);
            var path = context.Value(project);
            if (path is null == (names.Length == 0))
            {
                throw new UsageException("Name either runs or a --project.");
            }

            var kind = context.Value(format) ?? Zip;
            if (kind is not Zip)
            {
                return names is [var run]
                    ? await ExportAsync(context, run, kind, context.Value(output))
                    : throw new UsageException(
                        $"Only one run can be exported as {kind}; several are one archive (zip)."
                    );
            }

            if (names.Length > MaxRuns)
            {
                throw new UsageException($"At most {MaxRuns} runs can be named; export their project instead.");
            }

            return await ArchiveAsync(context, names, path, context.Value(output), !context.Value(noLogs));
        });
    }

    private static async Task<int> ExportAsync(CommandContext context, string run, string format, string? file)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Get,
            $"{await RunArgument.FindAsync(context, run)}/export?format={format}"
        );
        using var response = await context.Client.SendAsync(request, context.Cancelled);
        if (file is null or Printed)
        {
            await response.Content.CopyToAsync(context.OutputBytes, context.Cancelled);
            return 0;
        }

        await WholeFile.WriteAsync(file, stream => response.Content.CopyToAsync(stream, context.Cancelled));
        return Done(context, file, []);
    }

    private static async Task<int> ArchiveAsync(
        CommandContext context,
        string[] names,
        string? project,
        string? file,
        bool withLogs
    )
    {
        var ids = new List<string>();
        foreach (var name in names)
        {
            ids.Add(Uri.UnescapeDataString((await RunArgument.FindAsync(context, name)).Split('/')[^1]));
        }

        var target = file ?? $"runs-{project?.Replace('/', '-') ?? (ids.Count == 1 ? ids[0] : "selected")}.zip";
        using var request = new HttpRequestMessage(
            HttpMethod.Get,
            Query.Path("/api/runs/export", ("project", project), ("ids", ids.Count > 0 ? string.Join(',', ids) : null))
        );
        using var response = await context.Client.SendAsync(request, context.Cancelled);
        var copied = new ArchiveContent(0, 0);
        if (target is Printed)
        {
            await new ArchiveCopy(context.Client, withLogs).CopyAsync(
                response.Content,
                context.OutputBytes,
                context.Cancelled
            );
            return 0;
        }

        await WholeFile.WriteAsync(
            target,
            async stream =>
                copied = await new ArchiveCopy(context.Client, withLogs).CopyAsync(
                    response.Content,
                    stream,
                    context.Cancelled
                )
        );
        return Done(
            context,
            target,
            new JsonObject { ["runs"] = copied.Runs, ["logs"] = copied.Logs },
            $"{Count.Of(copied.Runs, "run")} and {Count.Of(copied.Logs, "log")} "
        );
    }

    private static int Done(CommandContext context, string file, JsonObject json, string what = "")
    {
        json["file"] = Path.GetFullPath(file);
        return context.PrintDone($"wrote {what}{(what.Length > 0 ? "to " : "")}{file}", json);
    }
}
