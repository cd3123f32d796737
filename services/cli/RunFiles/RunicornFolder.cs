using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Platform.Cli.Server;
using Platform.Sdk;

namespace Platform.Cli.RunFiles;

/// <summary>
/// A folder of Runicorn: each run has <c>meta.json</c>, <c>status.json</c>, <c>summary.json</c>, <c>events.jsonl</c> and <c>logs.txt</c>,
/// in <c>{project}/{name}/runs/{id}</c>, or in <c>runs/{path}/{id}</c> since 0.6.
/// </summary>
internal static partial class RunicornFolder
{
    private const string Meta = "meta.json";
    private const string Log = "logs.txt";

    /// <summary>Folders of a run that hold files, which runs here do not have.</summary>
    private static readonly string[] _others = ["media", "outputs", "assets", "artifacts"];

    public static readonly FolderKind Kind = new("Runicorn", root => Folders(root).Any(), Read);

    private static IEnumerable<string> Folders(string root) =>
        Directory
            .EnumerateFiles(
                root,
                Meta,
                new EnumerationOptions
                {
                    RecurseSubdirectories = true,
                    MaxRecursionDepth = 32,
                    AttributesToSkip = FileAttributes.ReparsePoint,
                    IgnoreInaccessible = true,
                }
            )
            .Select(file => Path.GetDirectoryName(file)!)
            .Where(folder =>
                ArtifactFolder.IsRegular(Path.Combine(folder, "status.json"))
                || ArtifactFolder.IsRegular(Path.Combine(folder, "events.jsonl"))
            );

    private static IEnumerable<FolderRun> Read(string root, FolderReport report)
    {
        foreach (var folder in Folders(root).Order(StringComparer.Ordinal))
        {
            FolderRun? run = null;
            try
            {
                run = ReadRun(root, folder, report);
            }
            catch (Exception exception)
                when (exception
                        is IOException
                            or UnauthorizedAccessException
                            or JsonException
                            or InvalidOperationException
                )
            {
                report.Leave(
                    exception is JsonException
                        ? $"{folder}: {exception.Message.TrimEnd('.')}"
                        : $"{folder}: cannot be read"
                );
            }

            if (run is not null)
            {
                yield return run;
            }
        }
    }

    private static FolderRun? ReadRun(string root, string folder, FolderReport report)
    {
        if (ArtifactFolder.IsRegular(Path.Combine(folder, ".deleted")))
        {
            report.Leave($"{folder}: was deleted");
            return null;
        }

        var meta = ReadJson(folder, Meta);
        var status = ReadJson(folder, "status.json");
        var id = Path.GetFileName(folder);
        var start = FolderText.Seconds(status["started_at"].Text() ?? meta["created_at"].Text());
        var summary = ReadJson(folder, "summary.json");
        var run = new JsonObject
        {
            ["id"] = id,
            ["project"] = FolderText.Project(meta["path"].Text() ?? ProjectOf(meta) ?? PathOf(root, folder)),
            ["name"] = meta["alias"].Text() ?? meta["name"].Text() ?? id,
            ["status"] = Status(status["status"].Text()),
            ["createdAt"] = start ?? new DateTimeOffset(File.GetLastWriteTimeUtc(Path.Combine(folder, Meta))),
            ["startedAt"] = start,
            ["endedAt"] = FolderText.Seconds(status["ended_at"].Text()),
            ["summary"] = summary.DeepClone(),
            ["environment"] = meta.DeepClone(),
            ["tags"] = new JsonObject { ["imported.from"] = "runicorn" },
        };
        if (summary["best_metric_name"].Text() is { Length: > 0 } metric)
        {
            run["primaryMetric"] = new JsonObject
            {
                ["name"] = metric,
                ["mode"] = summary["best_metric_mode"].Text() is "min" ? "min" : "max",
            };
        }

        foreach (var other in _others.Where(name => Directory.Exists(Path.Combine(folder, name))))
        {
            report.Leave($"{folder}: its folder {other}");
        }

        var log = Path.Combine(folder, Log);
        return new FolderRun(
            folder,
            run,
            ReadPoints(folder, report),
            ArtifactFolder.IsRegular(log) ? new Dictionary<string, string>(StringComparer.Ordinal) { [Log] = log } : []
        );
    }

    /// <summary>A JSON object in each line; those of the type <c>metrics</c> have all values of a step.</summary>
    private static IEnumerable<FolderPoint> ReadPoints(string folder, FolderReport report)
    {
        var file = Path.Combine(folder, "events.jsonl");
        var (wrong, next) = (0, 0L);
        foreach (var line in ArtifactFolder.IsRegular(file) ? File.ReadLines(file) : [])
        {
            if (TryParse(line) is not { } entry)
            {
                wrong += line.Length > 0 ? 1 : 0;
                continue;
            }

            if (entry["type"].Text() is not "metrics" || entry["data"] is not JsonObject data)
            {
                continue;
            }

            var at = FolderText.Seconds(entry["ts"].Text() ?? data["time"].Text());
            var step = long.TryParse(
                data["global_step"].Text() ?? data["step"].Text(),
                NumberStyles.AllowLeadingSign,
                CultureInfo.InvariantCulture,
                out var given
            )
                ? given
                : next;
            next = step + 1;
            foreach (var (key, node) in data)
            {
                if (
                    key is not ("global_step" or "step" or "time" or "stage")
                    && at is { } time
                    && FolderText.TryParse(node.Text() ?? "nan", out var value)
                )
                {
                    yield return new FolderPoint(key, step, time, value, data["stage"].Text());
                }
            }
        }

        if (wrong > 0)
        {
            report.Leave($"{file}: {wrong} lines that are no events");
        }
    }

    private static JsonObject? TryParse(string line)
    {
        try
        {
            return JsonNode.Parse(line) as JsonObject;
        }
        catch (JsonException)
        {
            // Python writes NaN and Infinity, for which JSON has no numbers.
            var quoted = NoNumber().Replace(line, "\"$0\"");
            return quoted == line ? null : TryParse(quoted);
        }
    }

    private static JsonObject ReadJson(string folder, string name)
    {
        var file = Path.Combine(folder, name);
        return ArtifactFolder.IsRegular(file)
            ? TryParse(File.ReadAllText(file)) ?? throw new JsonException($"{name} is no JSON object.")
            : [];
    }

    private static string? ProjectOf(JsonObject meta) =>
        meta["project"].Text() is { Length: > 0 } project
            ? meta["name"].Text() is { Length: > 0 } name
                ? $"{project}/{name}"
                : project
            : null;

    private static string PathOf(string root, string folder) =>
        Path.GetRelativePath(root, Path.GetDirectoryName(folder)!).Replace("runs", "", StringComparison.Ordinal);

    private static string Status(string? status) =>
        status switch
        {
            "finished" => "finished",
            "failed" => "failed",
            "running" => "running",
            _ => "interrupted",
        };

    [GeneratedRegex(
        @"(?<=[:,\[]\s*)(-?Infinity|NaN)(?=\s*[,\]}])",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex NoNumber();
}
