using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Platform.Sdk;

/// <summary>Copies the files of an artifact, so that the training may change the originals afterwards.</summary>
internal static class ArtifactCopy
{
    /// <returns>The record that uploads the copy.</returns>
    public static byte[] Create(string path, string name, string type, string into, TrackedRunOptions options)
    {
        var id = Guid.CreateVersion7().ToString("D");
        var folder = Path.Combine(into, id);
        Directory.CreateDirectory(folder);

        var files = new JsonArray();
        foreach (var (file, relative) in Files(path))
        {
            var (sha256, size) = Copy(file, folder);
            files.Add(
                new JsonObject
                {
                    ["path"] = relative,
                    ["size"] = size,
                    ["sha256"] = sha256,
                }
            );
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

    private static IEnumerable<(string File, string Relative)> Files(string path)
    {
        if (!Directory.Exists(path))
        {
            return [(path, Path.GetFileName(path))];
        }

        var everything = new EnumerationOptions
        {
            RecurseSubdirectories = true,
            AttributesToSkip = FileAttributes.ReparsePoint,
        };
        return Directory
            .EnumerateFiles(path, "*", everything)
            .Order(StringComparer.Ordinal)
            .Select(file => (file, Path.GetRelativePath(path, file).Replace(Path.DirectorySeparatorChar, '/')));
    }

    private static (string Sha256, long Size) Copy(string file, string folder)
    {
        var copy = Path.Combine(folder, "incoming");
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var size = 0L;
        using (var source = File.OpenRead(file))
        using (var target = File.Create(copy))
        {
            var buffer = new byte[1 << 20];
            for (int read; (read = source.Read(buffer)) > 0; size += read)
            {
                hash.AppendData(buffer, 0, read);
                target.Write(buffer, 0, read);
            }
        }

        var sha256 = Convert.ToHexStringLower(hash.GetHashAndReset());
        File.Move(copy, Path.Combine(folder, sha256), overwrite: true);
        return (sha256, size);
    }
}
