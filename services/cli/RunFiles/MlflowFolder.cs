using System.Globalization;
using System.Text.Json.Nodes;
using Platform.Sdk;

namespace Platform.Cli.RunFiles;

/// <summary>
/// MLflow's file store: <c>mlruns/{experiment}/{run}</c> with <c>meta.yaml</c> and the folders <c>metrics</c>, <c>params</c> and
/// <c>tags</c>, whose files are named for what they hold.
/// </summary>
internal static class MlflowFolder
{
    private const string Meta = "meta.yaml";
    private const string Deleted = "deleted";
    private const int MaxValue = 8000;
    private const string ParentTag = "mlflow.parentRunId";
    private const string NotesTag = "mlflow.note.content";

    public static readonly FolderKind Kind = new("MLflow", root => Experiments(root).Any(), Read);

    /// <summary>The folders of experiments: of <c>mlruns</c>, or of the folder that has it.</summary>
    private static IEnumerable<string> Experiments(string root) =>
        new[] { root, Path.Combine(root, "mlruns") }
            .Where(Directory.Exists)
            .SelectMany(Directory.EnumerateDirectories)
            .Where(folder =>
                ArtifactFolder.IsRegular(Path.Combine(folder, Meta))
                && !Directory.Exists(Path.Combine(folder, "params"))
            )
            .Order(StringComparer.Ordinal);

    private static IEnumerable<FolderRun> Read(string root, FolderReport report)
    {
        foreach (var experiment in Experiments(root))
        {
            var name = ReadMeta(experiment).GetValueOrDefault("name") ?? Path.GetFileName(experiment);
            // Where runs of no experiment go, as through MLflow's API.
            var project =
                name is "Default" && Path.GetFileName(experiment) is "0" ? "default" : FolderText.Project(name);
            foreach (var folder in Directory.EnumerateDirectories(experiment).Order(StringComparer.Ordinal))
            {
                if (Path.GetFileName(folder) is "tags" or "traces" or "datasets" or "models")
                {
                    continue;
                }

                if (TryRead(folder, project, report) is { } run)
                {
                    yield return run;
                }
            }
        }
    }

    private static FolderRun? TryRead(string folder, string project, FolderReport report)
    {
        try
        {
            return ReadRun(folder, project, report);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            report.Leave($"{folder}: cannot be read");
            return null;
        }
    }

    private static FolderRun? ReadRun(string folder, string project, FolderReport report)
    {
        var meta = ReadMeta(folder);
        if (!meta.TryGetValue("run_id", out var text) && !meta.TryGetValue("run_uuid", out text))
        {
            report.Leave($"{folder}: has no {Meta} of a run");
            return null;
        }

        if (meta.GetValueOrDefault("lifecycle_stage") is Deleted)
        {
            report.Leave($"{folder}: was deleted");
            return null;
        }

        var tags = ReadValues(Path.Combine(folder, "tags"));
        var id = IdOf(text);
        var start = FolderText.Milliseconds(meta.GetValueOrDefault("start_time"));
        var run = new JsonObject
        {
            ["id"] = id,
            ["project"] = project,
            ["name"] = NameOf(meta, tags) ?? id,
            ["status"] = Status(meta.GetValueOrDefault("status")),
            ["createdAt"] = start ?? new DateTimeOffset(File.GetLastWriteTimeUtc(Path.Combine(folder, Meta))),
            ["startedAt"] = start,
            ["endedAt"] = FolderText.Milliseconds(meta.GetValueOrDefault("end_time")),
            ["notes"] = tags.GetValueOrDefault(NotesTag),
            ["parentId"] = tags.TryGetValue(ParentTag, out var parent) ? IdOf(parent) : null,
            ["parameters"] = Json(ReadValues(Path.Combine(folder, "params")), folder, report),
            ["tags"] = Json(tags.Where(tag => tag.Key is not (NotesTag or ParentTag)), folder, report),
        };
        if (
            Directory.Exists(Path.Combine(folder, "artifacts"))
            && Directory.EnumerateFileSystemEntries(Path.Combine(folder, "artifacts")).Any()
        )
        {
            report.Leave($"{folder}: its artifacts ('artifacts upload' takes them)");
        }

        return new FolderRun(
            folder,
            run,
            ReadPoints(folder, report),
            new Dictionary<string, string>(StringComparer.Ordinal)
        );
    }

    /// <summary>A line for each point: <c>timestamp value step</c>. A key with slashes is a file in folders.</summary>
    private static IEnumerable<FolderPoint> ReadPoints(string folder, FolderReport report)
    {
        foreach (var (key, file) in Files(Path.Combine(folder, "metrics")))
        {
            var wrong = 0;
            foreach (var line in File.ReadLines(file))
            {
                var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                var step = 0L;
                if (
                    words.Length >= 2
                    && FolderText.Milliseconds(words[0]) is { } at
                    && FolderText.TryParse(words[1], out var value)
                    && (
                        words.Length == 2
                        || long.TryParse(
                            words[2],
                            NumberStyles.AllowLeadingSign,
                            CultureInfo.InvariantCulture,
                            out step
                        )
                    )
                )
                {
                    yield return new FolderPoint(key, step, at, value, Stage: null);
                }
                else if (line.Length > 0)
                {
                    wrong++;
                }
            }

            if (wrong > 0)
            {
                report.Leave($"{file}: {wrong} lines that are no points");
            }
        }
    }

    private static Dictionary<string, string> ReadValues(string folder) =>
        Files(folder).ToDictionary(file => file.Key, file => File.ReadAllText(file.File), StringComparer.Ordinal);

    /// <summary>Files below a folder by their path in it; links are not followed.</summary>
    private static IEnumerable<(string Key, string File)> Files(string folder) =>
        Directory.Exists(folder)
            ? Directory
                .EnumerateFiles(
                    folder,
                    "*",
                    new EnumerationOptions
                    {
                        RecurseSubdirectories = true,
                        AttributesToSkip = FileAttributes.ReparsePoint,
                    }
                )
                // Who opens a pipe waits for its writer.
                .Where(ArtifactFolder.IsRegular)
                .Order(StringComparer.Ordinal)
                .Select(file => (Path.GetRelativePath(folder, file), file))
            : [];

    /// <summary>Names with values, one in a line; MLflow writes nothing else into it that is needed here.</summary>
    private static Dictionary<string, string> ReadMeta(string folder)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var file = Path.Combine(folder, Meta);
        foreach (var line in ArtifactFolder.IsRegular(file) ? File.ReadLines(file) : [])
        {
            var divider = line.IndexOf(':', StringComparison.Ordinal);
            if (divider > 0 && line[0] != ' ')
            {
                var value = line[(divider + 1)..].Trim();
                values[line[..divider]] =
                    value is ['\'', .., '\''] ? value[1..^1].Replace("''", "'", StringComparison.Ordinal)
                    : value is ['"', .., '"'] ? value[1..^1]
                    : value;
            }
        }

        return values;
    }

    private static string? NameOf(Dictionary<string, string> meta, Dictionary<string, string> tags) =>
        new[] { meta.GetValueOrDefault("run_name"), tags.GetValueOrDefault("mlflow.runName") }.FirstOrDefault(name =>
            !string.IsNullOrWhiteSpace(name)
        );

    /// <summary>The numbers of MLflow's file store, and its names.</summary>
    private static string Status(string? status) =>
        status switch
        {
            "3" or "FINISHED" => "finished",
            "4" or "FAILED" => "failed",
            "5" or "KILLED" => "interrupted",
            "2" or "SCHEDULED" => "scheduled",
            _ => "running",
        };

    private static string IdOf(string text) => Guid.TryParse(text, out var id) ? id.ToString("D") : text.Trim();

    /// <summary>Values that are not longer than one may be here.</summary>
    private static JsonObject Json(IEnumerable<KeyValuePair<string, string>> values, string folder, FolderReport report)
    {
        var json = new JsonObject();
        foreach (var (key, value) in values)
        {
            if (value.Length <= MaxValue)
            {
                json[key] = value;
            }
            else
            {
                report.Leave($"{folder}: {key}, which is longer than {MaxValue} characters");
            }
        }

        return json;
    }
}
