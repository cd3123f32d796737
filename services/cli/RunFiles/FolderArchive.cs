using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Platform.Cli.Output;

namespace Platform.Cli.RunFiles;

/// <summary>Makes an archive, as the platform imports it, of runs of another tracker.</summary>
internal static partial class FolderArchive
{
    private static readonly UTF8Encoding _utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Runs that can be in an archive: with an id that one can have here, and each id once.</summary>
    public static IEnumerable<FolderRun> Distinct(IEnumerable<FolderRun> runs, FolderReport report)
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var run in runs)
        {
            if (!Id().IsMatch(run.Id))
            {
                report.Leave($"{run.Folder}: '{run.Id}' cannot be the id of a run");
            }
            else if (!ids.Add(run.Id))
            {
                report.Leave($"{run.Folder}: another run has the same id");
            }
            else
            {
                yield return run;
            }
        }
    }

    /// <summary>An archive in a file that is gone when it is closed.</summary>
    /// <param name="project">Where they go; below it those whose experiments have names.</param>
    public static async Task<FileStream> CreateAsync(
        IReadOnlyList<FolderRun> runs,
        string? project,
        FolderReport report,
        CancellationToken cancellationToken
    )
    {
        var file = new FileStream(
            Path.Combine(Path.GetTempPath(), $"platform-import-{Guid.CreateVersion7():N}"),
            new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.ReadWrite,
                Options = FileOptions.DeleteOnClose,
            }
        );
        await using (
            var zip = await ZipArchive.CreateAsync(
                file,
                ZipArchiveMode.Create,
                leaveOpen: true,
                entryNameEncoding: null,
                cancellationToken
            )
        )
        {
            await WriteAsync(
                zip,
                "platform-runs.json",
                new JsonObject
                {
                    ["format"] = "platform-runs",
                    ["version"] = 1,
                    ["exportedAt"] = TimeProvider.System.GetUtcNow(),
                },
                cancellationToken
            );
            foreach (var run in runs)
            {
                run.Run["project"] = project ?? run.Run["project"]!.GetValue<string>();
                await WriteAsync(zip, $"runs/{run.Id}/run.json", run.Run, cancellationToken);
                await WritePointsAsync(zip, run, report, cancellationToken);
                await WriteLogsAsync(zip, run, cancellationToken);
            }
        }

        file.Position = 0;
        return file;
    }

    private static async Task WriteAsync(
        ZipArchive zip,
        string name,
        JsonObject content,
        CancellationToken cancellationToken
    )
    {
        await using var entry = await zip.CreateEntry(name).OpenAsync(cancellationToken);
        await JsonSerializer.SerializeAsync(entry, content, cancellationToken: cancellationToken);
    }

    /// <summary>What can be read of the points: a file that breaks off does not cost those before.</summary>
    private static async Task WritePointsAsync(
        ZipArchive zip,
        FolderRun run,
        FolderReport report,
        CancellationToken cancellationToken
    )
    {
        await using var entry = await zip.CreateEntry($"runs/{run.Id}/metrics.csv").OpenAsync(cancellationToken);
        await using var text = new StreamWriter(entry, _utf8);
        await text.WriteAsync("key,step,at,value,stage\n");
        using var points = run.Points.GetEnumerator();
        var left = new Dictionary<string, int>(StringComparer.Ordinal);
        while (Next(points, run, report))
        {
            if (points.Current.Problem is { } problem)
            {
                left[problem] = left.GetValueOrDefault(problem) + 1;
            }
            else
            {
                await text.WriteAsync(Line(points.Current));
            }
        }

        foreach (var (problem, count) in left)
        {
            report.Leave($"{run.Folder}: {Count.Of(count, "point")} with {problem}");
        }
    }

    private static bool Next(IEnumerator<FolderPoint> points, FolderRun run, FolderReport report)
    {
        try
        {
            return points.MoveNext();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            report.Leave($"{run.Folder}: metrics that cannot be read");
            return false;
        }
    }

    private static async Task WriteLogsAsync(ZipArchive zip, FolderRun run, CancellationToken cancellationToken)
    {
        foreach (var (name, path) in run.Logs)
        {
            await using var log = File.OpenRead(path);
            await using var entry = await zip.CreateEntry($"runs/{run.Id}/logs/{name}").OpenAsync(cancellationToken);
            await log.CopyToAsync(entry, cancellationToken);
        }
    }

    private static string Line(in FolderPoint point) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Cell(point.Key)},{point.Step},{point.At.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'},{point.Value:R},{Cell(point.Stage ?? "")}\n"
        );

    /// <summary>Every text in quotes, with the mark that an archive's reader takes away.</summary>
    private static string Cell(string text) =>
        text.Length == 0 ? "" : $"\"'{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]{0,63}\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Id();
}
