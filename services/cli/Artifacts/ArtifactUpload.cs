using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using Platform.Cli.Output;
using Platform.Cli.Server;
using Platform.Contracts;
using Platform.Contracts.Artifacts;
using Platform.Sdk;
using PlatformClient = Platform.Cli.Server.PlatformClient;

namespace Platform.Cli.Artifacts;

/// <summary>Uploads files as one version; content that the platform already has is not uploaded again.</summary>
/// <param name="report">Gets what happens, as a line for users.</param>
/// <param name="progress">Gets how far it is.</param>
internal sealed class ArtifactUpload(
    PlatformClient client,
    Action<string> report,
    IProgress<TransferProgress>? progress = null
)
{
    private const int HashesAtOnce = 4;

    /// <summary>Files below the given paths with their names in the version: a folder's own name is left out.</summary>
    /// <param name="followsLinks">Also take what lies outside a folder, and folders behind links.</param>
    public static (IReadOnlyList<FileOfArtifact> Files, IReadOnlyList<LeftOut> LeftOut) FilesOf(
        IReadOnlyList<string> paths,
        bool followsLinks = false
    )
    {
        var files = new List<FileOfArtifact>();
        var leftOut = new List<LeftOut>();
        foreach (var path in paths)
        {
            if (path.Length == 0)
            {
                throw new UsageException("A path must not be empty.");
            }

            if (!Path.Exists(path))
            {
                throw new CliException($"{path} does not exist.");
            }

            try
            {
                var (found, skipped) = ArtifactFolder.Read(path, followsLinks);
                files.AddRange(found);
                leftOut.AddRange(skipped);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw FileErrors.Unreadable(path, exception);
            }
        }

        if (files.Count == 0)
        {
            throw new CliException(
                leftOut.Count == 0
                    ? "There are no files to upload."
                    : $"There are no files to upload: left out {leftOut[0].Name}: {leftOut[0].Reason}."
            );
        }

        var duplicate = files
            .GroupBy(file => file.Name, StringComparer.Ordinal)
            .FirstOrDefault(group => group.Count() > 1);
        return duplicate is null
            ? ([.. files.OrderBy(file => file.Name, StringComparer.Ordinal)], leftOut)
            : throw new CliException(
                $"Two files would be called {duplicate.Key}: {string.Join(", ", duplicate.Select(file => file.File))}"
            );
    }

    /// <summary>Creates a new version, even if an older one has the same files.</summary>
    public async Task<ArtifactManifest> CreateVersionAsync(
        string artifact,
        CreateVersion version,
        IReadOnlyList<FileOfArtifact> files,
        CancellationToken cancellationToken
    ) =>
        await CreateVersionAsync(
            artifact,
            version,
            files,
            await DescribeAsync(files, cancellationToken),
            cancellationToken
        );

    /// <summary>Creates a version only when the latest one has other files.</summary>
    public async Task<ArtifactManifest> EnsureLatestAsync(
        string artifact,
        CreateVersion version,
        IReadOnlyList<FileOfArtifact> files,
        CancellationToken cancellationToken
    )
    {
        var entries = await DescribeAsync(files, cancellationToken);
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

        return await CreateVersionAsync(artifact, version, files, entries, cancellationToken);
    }

    /// <summary>The digest that the platform gives a version with these files.</summary>
    internal static string DigestOf(IEnumerable<ArtifactFile> files)
    {
        var lines = files
            .Select(file =>
                Encoding.UTF8.GetBytes($"{file.Sha256}  {file.Size}{(file.Executable ? "x" : "")}  {file.Path}\n")
            )
            .ToArray();
        Array.Sort(lines, (one, other) => one.AsSpan().SequenceCompareTo(other));
        return Convert.ToHexStringLower(SHA256.HashData(lines.SelectMany(line => line).ToArray()));
    }

    private static async Task<ArtifactFile[]> DescribeAsync(
        IReadOnlyList<FileOfArtifact> files,
        CancellationToken cancellationToken
    )
    {
        var entries = new ArtifactFile[files.Count];
        await Parallel.ForAsync(
            0,
            files.Count,
            new ParallelOptions { MaxDegreeOfParallelism = HashesAtOnce, CancellationToken = cancellationToken },
            async (i, token) => entries[i] = await DescribeAsync(files[i], token)
        );
        return entries;
    }

    private static async ValueTask<ArtifactFile> DescribeAsync(FileOfArtifact file, CancellationToken cancellationToken)
    {
        await using var stream = OpenToRead(file.File);
        var hash = await SHA256.HashDataAsync(stream, cancellationToken);
        return new ArtifactFile
        {
            Path = file.Name,
            Size = stream.Length,
            Sha256 = Convert.ToHexStringLower(hash),
            Executable = file.IsExecutable,
        };
    }

    private async Task<ArtifactManifest> CreateVersionAsync(
        string artifact,
        CreateVersion version,
        IReadOnlyList<FileOfArtifact> files,
        IReadOnlyList<ArtifactFile> entries,
        CancellationToken cancellationToken
    )
    {
        var blobs = entries
            .Zip(files, (entry, file) => new BlobFile(entry.Sha256, entry.Size, file.File))
            .DistinctBy(blob => blob.Sha256, StringComparer.Ordinal)
            .ToList();
        await UploadAsync(blobs, files.Count, cancellationToken);
        return await PostAsync(artifact, version with { Files = entries }, cancellationToken);
    }

    private async Task UploadAsync(List<BlobFile> blobs, int files, CancellationToken cancellationToken)
    {
        var missing = await FindMissingAsync(blobs, cancellationToken);
        if (missing.Count == 0)
        {
            return;
        }

        var size = missing.Sum(blob => blob.Size);
        // Files with the same content are one.
        var rest =
            missing.Count == files ? "" : $"; the content of the other {files - missing.Count} is stored already";
        report($"Uploading {missing.Count} of {Count.Of(files, "file")} ({JsonText.Bytes(size)}){rest} …");
        var done = new TransferProgress(0, missing.Count, 0, size);
        foreach (var group in BlobGroups.Of(missing.Where(BlobGroups.IsSmall)))
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/artifacts/blobs");
            request.Content = new ByteArrayContent(BlobGroups.ArchiveOf(group));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(BlobGroups.MediaType);
            await SendAsync(request, group, cancellationToken);
            progress?.Report(done = done.Add(group.Count, group.Sum(blob => blob.Size)));
        }

        foreach (var blob in missing.Where(blob => !BlobGroups.IsSmall(blob)))
        {
            await using var file = OpenToRead(blob.File);
            await using var stream = new ReportingStream(file, read => progress?.Report(done.Add(0, read)));
            using var request = new HttpRequestMessage(HttpMethod.Put, $"/api/artifacts/blobs/{blob.Sha256}")
            {
                Content = new StreamContent(stream),
            };
            request.Content.Headers.ContentLength = blob.Size;
            await SendAsync(request, [blob], cancellationToken);
            progress?.Report(done = done.Add(1, blob.Size));
        }
    }

    /// <summary>Sends bytes; a file that is not any more what was announced fails with its own name instead of what became of it.</summary>
    private async Task SendAsync(
        HttpRequestMessage request,
        IReadOnlyList<BlobFile> blobs,
        CancellationToken cancellationToken
    )
    {
        try
        {
            using var stored = await client.SendAsync(request, cancellationToken);
        }
        catch (CliException exception)
        {
            // The connection to a platform that is away is lost with any file: only its length is worth looking at.
            var readsAgain = exception is not PlatformUnavailableException;
            foreach (var blob in blobs)
            {
                if (await HasChangedAsync(blob, readsAgain, cancellationToken))
                {
                    throw new CliException($"{blob.File} changed while it was read; upload it again.", exception);
                }
            }

            throw;
        }
    }

    private static async Task<bool> HasChangedAsync(BlobFile blob, bool readsAgain, CancellationToken cancellationToken)
    {
        await using var stream = OpenToRead(blob.File);
        return stream.Length != blob.Size
            || (
                readsAgain
                && Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken)) != blob.Sha256
            );
    }

    private async Task<List<BlobFile>> FindMissingAsync(List<BlobFile> blobs, CancellationToken cancellationToken)
    {
        var missing = new HashSet<string>(StringComparer.Ordinal);
        foreach (var some in blobs.Chunk(BlobGroups.HashesPerRequest))
        {
            using var body = JsonContent.Create(
                new BlobHashes { Sha256 = [.. some.Select(blob => blob.Sha256)] },
                options: JsonDefaults.Lenient
            );
            var answer = await client.PostAsync("/api/artifacts/blobs/missing", body, cancellationToken);
            missing.UnionWith(answer.Items("sha256").Select(hash => hash.Text()!));
        }

        return [.. blobs.Where(blob => missing.Contains(blob.Sha256))];
    }

    private async Task<ArtifactManifest> PostAsync(
        string artifact,
        CreateVersion version,
        CancellationToken cancellationToken
    )
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Post,
            $"/api/artifacts/{PathSegment.Of(artifact)}/versions"
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
            throw FileErrors.Unreadable(file, exception);
        }
    }
}
