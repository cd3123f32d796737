using System.Text.Json.Nodes;

namespace Platform.Sdk;

/// <summary>Copies the files of an artifact, so that the training may change the originals afterwards.</summary>
internal static class ArtifactCopy
{
    private const int MostNotices = 5;

    /// <returns>The record that uploads the copy.</returns>
    public static byte[] Create(string path, string name, string type, string into, TrackedRunOptions options)
    {
        var id = Guid.CreateVersion7().ToString("D");
        var folder = Path.Combine(into, id);
        Directory.CreateDirectory(folder);

        var files = new JsonArray();
        var (found, leftOut) = ArtifactFolder.Read(path);
        using var copies = new CopyFolder(folder);
        foreach (var file in found)
        {
            var (sha256, size) = copies.Add(file.File);
            var entry = new JsonObject
            {
                ["path"] = file.Name,
                ["size"] = size,
                ["sha256"] = sha256,
            };
            if (file.IsExecutable)
            {
                entry["executable"] = true;
            }

            files.Add(entry);
        }

        copies.Finish();
        foreach (var (relative, reason) in leftOut.Take(MostNotices))
        {
            Notice.Write($"artifact {name} is stored without {relative}: {reason}");
        }

        if (leftOut.Count > MostNotices)
        {
            Notice.Write($"artifact {name} is stored without {leftOut.Count - MostNotices} more");
        }

        if (files.Count == 0)
        {
            throw new FileNotFoundException($"there is no file in {path}");
        }

        var body = new JsonObject
        {
            ["type"] = type,
            ["project"] = options.Project,
            ["files"] = files,
        };
        if (options.JobId is { } job)
        {
            body["jobId"] = job.ToString("D");
        }

        if (options.Attempt is { } attempt)
        {
            body["attempt"] = attempt;
        }

        if (Guid.TryParse(options.RunId, out var run))
        {
            body["runId"] = run.ToString("D");
        }

        return Records.Artifact(id, name, folder, body);
    }
}
