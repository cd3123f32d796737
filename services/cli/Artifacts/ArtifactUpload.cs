using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using Platform.Cli.Server;
using Platform.Contracts;
using Platform.Contracts.Artifacts;

namespace Platform.Cli.Artifacts;

/// <summary>Uploads files as one version; content that the platform already has is not uploaded again.</summary>
internal sealed class ArtifactUpload(PlatformClient client, Action<string> report)
{
    /// <summary>Files below the given paths with their names in the version: a folder's own name is left out.</summary>
    public static IReadOnlyList<(string Name, string File)> FilesOf(IReadOnlyList<string> paths)
    {
        var files = new List<(string Name, string File)>();
        foreach (var path in paths)
        {
            if (Directory.Exists(path))
            {
                files.AddRange(
                    Directory
                        .EnumerateFiles(path, "*", SearchOption.AllDirectories)
                        .Select(file => (Path.GetRelativePath(path, file).Replace('\\', '/'), file))
                );
            }
            else if (File.Exists(path))
            {
                files.Add((Path.GetFileName(path), path));
            }
            else
            {
                throw new CliException($"{path} does not exist.");
            }
        }

        if (files.Count == 0)
        {
            throw new CliException("There are no files to upload.");
        }

        var duplicate = files
            .GroupBy(file => file.Name, StringComparer.Ordinal)
            .FirstOrDefault(group => group.Count() > 1);
        return duplicate is null
            ? [.. files.OrderBy(file => file.Name, StringComparer.Ordinal)]
            : throw new CliException(
                $"Two files would be called {duplicate.Key}: {string.Join(", ", duplicate.Select(file => file.File))}"
            );
    }

    /// <summary>Creates a new version, even if an older one has the same files.</summary>
    public async Task<ArtifactManifest> CreateVersionAsync(
        string artifact,
        CreateVersion version,
        IReadOnlyList<(string Name, string File)> files,
        CancellationToken cancellationToken
    )
    {
        var entries = new List<ArtifactFile>();
        foreach (var (name, file) in files)
        {
            var entry = await DescribeAsync(name, file, cancellationToken);
            await UploadAsync(entry, file, cancellationToken);
            entries.Add(entry);
        }

        return await PostAsync(artifact, version with { Files = entries }, cancellationToken);
    }

    /// <summary>Creates a version only when the latest one has other files.</summary>
    public async Task<ArtifactManifest> EnsureLatestAsync(
        string artifact,
        CreateVersion version,
        IReadOnlyList<(string Name, string File)> files,
        CancellationToken cancellationToken
    )
    {
        var entries = new List<ArtifactFile>();
        foreach (var (name, file) in files)
        {
            entries.Add(await DescribeAsync(name, file, cancellationToken));
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, new ArtifactReference(artifact, "latest").Path);
        using var response = await client.TrySendAsync(request, cancellationToken);
        if (
            response.IsSuccessStatusCode
            && await response.Content.ReadFromJsonAsync<ArtifactManifest>(JsonDefaults.Lenient, cancellationToken)
                is { } latest
            && string.Equals(latest.Digest, DigestOf(entries), StringComparison.Ordinal)
        )
        {
            return latest;
        }

        return await CreateVersionAsync(artifact, version, files, cancellationToken);
    }

    /// <summary>The digest that the platform gives a version with these files.</summary>
    internal static string DigestOf(IEnumerable<ArtifactFile> files)
    {
        var lines = files
            .Select(file => Encoding.UTF8.GetBytes($"{file.Sha256}  {file.Size}  {file.Path}\n"))
            .ToArray();
        Array.Sort(lines, (one, other) => one.AsSpan().SequenceCompareTo(other));
        return Convert.ToHexStringLower(SHA256.HashData(lines.SelectMany(line => line).ToArray()));
    }

    private static async Task<ArtifactFile> DescribeAsync(string name, string file, CancellationToken cancellationToken)
    {
        await using var stream = OpenToRead(file);
        var hash = await SHA256.HashDataAsync(stream, cancellationToken);
        return new ArtifactFile
        {
            Path = name,
            Size = stream.Length,
            Sha256 = Convert.ToHexStringLower(hash),
        };
    }

    private async Task UploadAsync(ArtifactFile entry, string file, CancellationToken cancellationToken)
    {
        using var head = new HttpRequestMessage(HttpMethod.Head, $"/api/artifacts/blobs/{entry.Sha256}");
        using var known = await client.TrySendAsync(head, cancellationToken);
        if (known.StatusCode is HttpStatusCode.OK)
        {
            return;
        }

        report($"Uploading {entry.Path} ({entry.Size} bytes) …");
        await using var stream = OpenToRead(file);
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/api/artifacts/blobs/{entry.Sha256}")
        {
            Content = new StreamContent(stream),
        };
        request.Content.Headers.ContentLength = entry.Size;
        using var stored = await client.SendAsync(request, cancellationToken);
    }

    private async Task<ArtifactManifest> PostAsync(
        string artifact,
        CreateVersion version,
        CancellationToken cancellationToken
    )
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Post,
            $"/api/artifacts/{Uri.EscapeDataString(artifact)}/versions"
        )
        {
            Content = JsonContent.Create(version, options: JsonDefaults.Lenient),
        };
        using var response = await client.SendAsync(request, cancellationToken);
        return await response.Content.ReadFromJsonAsync<ArtifactManifest>(JsonDefaults.Lenient, cancellationToken)
            ?? throw new CliException("The platform's answer to the upload is empty.");
    }

    private static FileStream OpenToRead(string file)
    {
        try
        {
            return new FileStream(
                file,
                new FileStreamOptions { Options = FileOptions.Asynchronous | FileOptions.SequentialScan }
            );
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CliException($"{file} cannot be read: {exception.Message}", exception);
        }
    }
}
