using System.Formats.Tar;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Platform.Sdk;

/// <summary>The platform could not accept a record now; it may later.</summary>
internal sealed class PlatformUnavailableException(string reason) : Exception(reason);

/// <summary>The platform will never accept this record.</summary>
internal sealed class RecordRefusedException(HttpStatusCode status, string reason)
    : Exception($"{(int)status}: {reason}")
{
    public HttpStatusCode Status { get; } = status;
}

/// <summary>The requests of the SDK, synchronous because they run on a dedicated thread.</summary>
internal sealed class PlatformClient : IDisposable
{
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http;

    public PlatformClient(Uri server, string? token)
    {
        _http = new HttpClient(
            new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(3), AllowAutoRedirect = false }
        )
        {
            BaseAddress = new Uri(server.AbsoluteUri.TrimEnd('/') + "/"),
            Timeout = Timeout.InfiniteTimeSpan,
        };
        if (token is not null)
        {
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }
    }

    public void Send(
        HttpMethod method,
        string path,
        ReadOnlyMemory<byte> json,
        string? idempotencyKey,
        CancellationToken cancellationToken
    )
    {
        using var request = new HttpRequestMessage(method, path);
        request.Content = new ReadOnlyMemoryContent(json);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        if (idempotencyKey is not null)
        {
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        }

        using var response = Exchange(request, _ => { }, cancellationToken);
        Require(response);
    }

    /// <summary>What the platform says of something.</summary>
    public JsonNode? Get(string path, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        using var response = Exchange(request, _ => { }, cancellationToken);
        Require(response);
        using var body = response.Content.ReadAsStream(cancellationToken);
        return JsonNode.Parse(body);
    }

    /// <summary>Says that a run goes on. What becomes of it changes nothing; an old platform does not know it.</summary>
    public void SendHeartbeat(string path, CancellationToken cancellationToken)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path);
            using var response = Exchange(request, _ => { }, cancellationToken);
        }
        catch (Exception e) when (e is PlatformUnavailableException or OperationCanceledException)
        {
            // The next one is sent soon, or the run has ended.
        }
    }

    /// <summary>Uploads what <see cref="CopyFolder"/> made in a folder, unless the platform has it.</summary>
    /// <param name="hashes">The SHA-256 of each file.</param>
    /// <param name="onProgress">Called as bytes are sent: an upload has no fixed time limit.</param>
    public void Upload(
        string folder,
        IReadOnlyCollection<string> hashes,
        Action onProgress,
        CancellationToken cancellationToken
    )
    {
        var (missing, takesGroups) = FindMissing(hashes, cancellationToken);
        foreach (var group in CopyFolder.GroupsIn(folder))
        {
            var body = File.ReadAllBytes(group);
            var isWanted = false;
            using var archive = new TarReader(new MemoryStream(body));
            while (archive.GetNextEntry() is { } entry)
            {
                if (missing.Remove(entry.Name))
                {
                    isWanted = true;
                    if (!takesGroups)
                    {
                        var content = entry.DataStream ?? new MemoryStream();
                        Put(BlobAddress(entry.Name), content, entry.Name, onProgress, cancellationToken);
                    }
                }
            }

            if (isWanted && takesGroups)
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, "api/artifacts/blobs");
                request.Content = new ByteArrayContent(body);
                request.Content.Headers.ContentType = new MediaTypeHeaderValue(BlobGroups.MediaType);
                using var response = Exchange(request, _ => { }, cancellationToken);
                Require(response);
                onProgress();
            }
        }

        foreach (var sha256 in missing)
        {
            using var file = File.OpenRead(Path.Combine(folder, sha256));
            Put(BlobAddress(sha256), file, sha256, onProgress, cancellationToken);
        }
    }

    /// <summary>Sends a file as the body.</summary>
    public void PutFile(string path, string file, string sha256, Action onProgress, CancellationToken cancellationToken)
    {
        using var content = File.OpenRead(file);
        Put(path, content, sha256, onProgress, cancellationToken);
    }

    private static string BlobAddress(string sha256) => $"api/artifacts/blobs/{sha256}";

    /// <summary>What has to be uploaded, and whether the platform takes several files in a request, as older ones do not.</summary>
    private (HashSet<string> Missing, bool TakesGroups) FindMissing(
        IReadOnlyCollection<string> hashes,
        CancellationToken cancellationToken
    )
    {
        var missing = new HashSet<string>(StringComparer.Ordinal);
        foreach (var some in hashes.Chunk(BlobGroups.HashesPerRequest))
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "api/artifacts/blobs/missing");
            request.Content = new StringContent(
                new JsonObject { ["sha256"] = new JsonArray([.. some.Select(hash => (JsonNode)hash)]) }.ToJsonString(),
                MediaTypeHeaderValue.Parse("application/json")
            );
            using var answer = Exchange(request, _ => { }, cancellationToken);
            if (answer.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed)
            {
                return ([.. hashes], false);
            }

            Require(answer);
            using var body = answer.Content.ReadAsStream(cancellationToken);
            missing.UnionWith(JsonNode.Parse(body)!["sha256"]!.AsArray().Select(hash => hash!.GetValue<string>()));
        }

        return (missing, true);
    }

    private void Put(string path, Stream content, string sha256, Action onProgress, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, path);
        request.Headers.Add("X-Content-Sha256", sha256);
        using var response = Exchange(
            request,
            extend =>
                request.Content = new StreamContent(
                    new ProgressStream(
                        content,
                        () =>
                        {
                            extend();
                            onProgress();
                        }
                    )
                ),
            cancellationToken
        );
        Require(response);
    }

    public void Dispose() => _http.Dispose();

    private HttpResponseMessage Exchange(
        HttpRequestMessage request,
        Action<Action> prepare,
        CancellationToken cancellationToken
    )
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(RequestTimeout);
        prepare(() => limit.CancelAfter(RequestTimeout));
        try
        {
            return _http.Send(request, limit.Token);
        }
        catch (HttpRequestException e)
        {
            throw new PlatformUnavailableException(e.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new PlatformUnavailableException($"no answer for {RequestTimeout.TotalSeconds:0} s");
        }
    }

    /// <summary>
    /// A token that is refused now may be accepted once the platform has loaded its keys; a bad request never is.
    /// </summary>
    private static void Require(HttpResponseMessage response)
    {
        var text = TextOf(response);
        // What else answers at the address, such as the page of a proxy, neither stored nor refused anything.
        if (!IsJson(text) && (text.Length > 0 || response.StatusCode is not HttpStatusCode.NoContent))
        {
            throw new PlatformUnavailableException($"its answer, {(int)response.StatusCode}, is not the platform's");
        }

        if (response.IsSuccessStatusCode)
        {
            return;
        }

        if (
            (int)response.StatusCode is >= 500 or < 400
            || response.StatusCode
                is HttpStatusCode.RequestTimeout
                    or HttpStatusCode.TooManyRequests
                    or HttpStatusCode.Unauthorized
                    or HttpStatusCode.Forbidden
        )
        {
            throw new PlatformUnavailableException($"it returned {(int)response.StatusCode}");
        }

        throw new RecordRefusedException(response.StatusCode, text);
    }

    /// <summary>The body, which can be read again.</summary>
    private static string TextOf(HttpResponseMessage response)
    {
        var body = response.Content.ReadAsStream();
        using var reader = new StreamReader(body, leaveOpen: true);
        var text = reader.ReadToEnd();
        body.Position = 0;
        return text;
    }

    private static bool IsJson(string text)
    {
        try
        {
            return JsonNode.Parse(text) is JsonObject or JsonArray;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private sealed class ProgressStream(Stream inner, Action read) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => true;

        public override bool CanWrite => false;

        public override long Length => inner.Length;

        public override long Position
        {
            get => inner.Position;
            set => inner.Position = value;
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            read();
            return inner.Read(buffer, offset, count);
        }

        public override long Seek(long offset, SeekOrigin origin) => inner.Seek(offset, origin);

        public override void Flush() => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                inner.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
