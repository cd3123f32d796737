using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Platform.Contracts.Artifacts;
using Platform.Contracts.Sentences;
using Platform.GpuAgent.Files;
using Platform.GpuAgent.Journal;

namespace Platform.GpuAgent.Server;

/// <summary>The received bytes do not match the manifest.</summary>
internal sealed class ContentMismatchException(Sentence why) : Exception(why.Text)
{
    public Sentence Why { get; } = why;
}

/// <summary>Client for artifact versions and blobs.</summary>
internal sealed class ArtifactClient(PlatformHttp http)
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(30);

    /// <summary>Null when there is no such version.</summary>
    public async Task<ArtifactManifest?> FindAsync(
        AttemptKey reader,
        ArtifactName name,
        CancellationToken cancellationToken
    )
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Get,
            PlatformHttp.PathOf("api", "artifacts", name.Name, "versions", name.Version) + For(reader)
        );
        using var response = await http.SendAsync(request, _limit, cancellationToken, HttpStatusCode.NotFound);
        return response.StatusCode is HttpStatusCode.NotFound
            ? null
            : await PlatformHttp.ReadAsync(response, PlatformJson.Default.ArtifactManifest, cancellationToken);
    }

    /// <summary>Fetches a file of a version; no file remains unless size and SHA-256 are right.</summary>
    /// <exception cref="ContentMismatchException">They are not.</exception>
    public async Task DownloadAsync(
        AttemptKey reader,
        ArtifactManifest manifest,
        ArtifactFile file,
        string destination,
        CancellationToken cancellationToken
    )
    {
        var segments = PlatformHttp.PathOf([
            "api",
            "artifacts",
            manifest.Name,
            "versions",
            $"{manifest.Version}",
            "files",
            .. file.Path.Split('/'),
        ]);
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(PlatformHttp.StallLimit);
        using var request = new HttpRequestMessage(HttpMethod.Get, segments + For(reader));
        using var response = await http.SendAsync(request, limited, cancellationToken);

        var partial = $"{destination}.{Guid.CreateVersion7():N}.part";
        try
        {
            var (size, sha256) = await SaveAsync(response, partial, file.Size, limited, cancellationToken);
            if (size != file.Size || !string.Equals(sha256, file.Sha256, StringComparison.OrdinalIgnoreCase))
            {
                throw new ContentMismatchException(
                    FileSentences.ContentMismatch.With(file.Path, $"{manifest.Name}:{manifest.Version}", file.Sha256)
                );
            }

            File.Move(partial, destination, overwrite: true);
        }
        finally
        {
            File.Delete(partial);
        }
    }

    /// <summary>For which attempt this node reads: it may read what that one names.</summary>
    private static string For(AttemptKey reader) => $"?job={reader.JobId}&attempt={reader.Attempt}&rank={reader.Rank}";

    public async Task<bool> HasBlobAsync(string sha256, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, $"api/artifacts/blobs/{sha256}");
        using var response = await http.SendAsync(request, _limit, cancellationToken, HttpStatusCode.NotFound);
        return response.IsSuccessStatusCode;
    }

    public async Task PutBlobAsync(string sha256, string path, long size, CancellationToken cancellationToken)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(PlatformHttp.StallLimit);
        using var request = new HttpRequestMessage(HttpMethod.Put, $"api/artifacts/blobs/{sha256}")
        {
            Content = new FileContent(path, size, limited),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using var response = await http.SendAsync(request, limited, cancellationToken);
    }

    /// <param name="key">Lets a repeat after a crash find the version that was already made.</param>
    public async Task<ArtifactManifest> CreateVersionAsync(
        string name,
        CreateVersion version,
        string key,
        CancellationToken cancellationToken
    )
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Post,
            PlatformHttp.PathOf("api", "artifacts", name, "versions")
        )
        {
            Content = new StringContent(
                JsonSerializer.Serialize(version, PlatformJson.Default.CreateVersion),
                Encoding.UTF8,
                "application/json"
            ),
        };
        request.Headers.Add("Idempotency-Key", key);
        using var response = await http.SendAsync(request, PlatformHttp.StallLimit, cancellationToken);
        return await PlatformHttp.ReadAsync(response, PlatformJson.Default.ArtifactManifest, cancellationToken);
    }

    private static async Task<(long Size, string Sha256)> SaveAsync(
        HttpResponseMessage response,
        string path,
        long expected,
        CancellationTokenSource limited,
        CancellationToken cancellationToken
    )
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        // A failure to write, as on a full disk, is the node's and not the platform's: it is passed on as it is.
        await using var target = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 0);
        await using var source = await response.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[128 * 1024];
        var size = 0L;
        int read;
        while (size <= expected && (read = await ReadAsync(source, buffer, limited, cancellationToken)) > 0)
        {
            limited.CancelAfter(PlatformHttp.StallLimit);
            hash.AppendData(buffer, 0, read);
            await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            size += read;
        }

        return (size, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    private static async Task<int> ReadAsync(
        Stream source,
        byte[] buffer,
        CancellationTokenSource limited,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await source.ReadAsync(buffer, limited.Token);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new PlatformUnavailableException("The download stalled.", exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw new PlatformUnavailableException(exception.Message, exception);
        }
    }
}
