using System.Formats.Tar;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.LocalServers;

namespace Platform.Sdk.Tests;

/// <summary>How the platform behaves.</summary>
internal enum FaultMode
{
    None,

    /// <summary>Stores records, but the answer is lost.</summary>
    LosingAnswers,

    /// <summary>Answers 503 to everything.</summary>
    Failing,

    /// <summary>Accepts requests and never answers.</summary>
    Hanging,
}

/// <summary>
/// The platform's API for the SDK: the same routes, points identified by their natural key. It can be stopped and
/// started.
/// </summary>
internal sealed class FakePlatform : IDisposable
{
    private readonly Lock _gate = new();
    private readonly int _port = Ports.Free();
    private readonly List<TaskCompletionSource> _hanging = [];
    private readonly Dictionary<(string Key, long Step, string At), JsonNode> _points = [];
    private readonly Dictionary<string, byte[]> _blobs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Name, JsonNode Body)> _versions = new(StringComparer.Ordinal);
    private HttpListener? _listener;

    public FakePlatform(bool up = true)
    {
        if (up)
        {
            Start();
        }
    }

    public Uri Url => new($"http://127.0.0.1:{_port}");

    /// <summary>The path that it is shown below; it answers nothing elsewhere.</summary>
    public string Prefix { get; set; } = "";

    public FaultMode FaultMode { get; set; }

    /// <summary>False for a platform of release 0.1.0, which takes each blob in a request of its own.</summary>
    public bool TakesGroups { get; set; } = true;

    /// <summary>A metric that is refused, with the whole request.</summary>
    public string? RefusedKey { get; set; }

    /// <summary>The path of a file that is refused.</summary>
    public string? RefusedFile { get; set; }

    /// <summary>The files of runs, by path.</summary>
    public Dictionary<string, byte[]> Files { get; } = new(StringComparer.Ordinal);

    public List<JsonObject> Media { get; } = [];

    public int PointsReceived { get; private set; }

    public int Requests { get; private set; }

    public string? Authorization { get; private set; }

    /// <summary>The last run that was created.</summary>
    public JsonObject? Run { get; private set; }

    /// <summary>What each was created with, in order.</summary>
    public List<JsonObject> RunBodies { get; } = [];

    /// <summary>The ids of all.</summary>
    public HashSet<string> RunIds { get; } = new(StringComparer.Ordinal);

    public JsonObject Merged { get; } =
        new()
        {
            ["parameters"] = new JsonObject(),
            ["tags"] = new JsonObject(),
            ["summary"] = new JsonObject(),
        };

    /// <summary>The last end that was reported.</summary>
    public JsonNode? End { get; private set; }

    public string? Status => End?["status"]!.GetValue<string>();

    public int Heartbeats { get; private set; }

    /// <summary>The attempt that last changed values.</summary>
    public int? UpdatedBy { get; private set; }

    /// <summary>The attempt of the last end.</summary>
    public int? EndedAttempt => End?["attempt"]?.GetValue<int>();

    /// <summary>Distinct points in the order of their steps.</summary>
    public IReadOnlyList<JsonNode> Points
    {
        get
        {
            lock (_gate)
            {
                return [.. _points.Values.OrderBy(p => p["step"]!.GetValue<long>())];
            }
        }
    }

    public IReadOnlyList<long> Steps => [.. Points.Select(p => p["step"]!.GetValue<long>())];

    public IReadOnlyList<(string Name, JsonNode Body)> Versions
    {
        get
        {
            lock (_gate)
            {
                return [.. _versions.Values];
            }
        }
    }

    public byte[] Blob(string sha256)
    {
        lock (_gate)
        {
            return _blobs[sha256];
        }
    }

    public void ForgetRun()
    {
        lock (_gate)
        {
            Run = null;
        }
    }

    public void Start()
    {
        var listener = new HttpListener();
        listener.Prefixes.Add($"{Url}");
        listener.Start();
        _listener = listener;
        _ = ServeAsync(listener);
    }

    public void Stop()
    {
        _listener?.Abort();
        _listener = null;
        foreach (var hanging in _hanging)
        {
            hanging.TrySetResult();
        }
    }

    public void Dispose() => Stop();

    private async Task ServeAsync(HttpListener listener)
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            _ = Task.Run(() => AnswerAsync(context));
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        try
        {
            var body = new MemoryStream();
            await context.Request.InputStream.CopyToAsync(body);
            if (FaultMode is FaultMode.Hanging)
            {
                var never = new TaskCompletionSource();
                _hanging.Add(never);
                await never.Task;
                return;
            }

            byte[] answer = [];
            var status = FaultMode is FaultMode.Failing ? 503 : Handle(context.Request, body.ToArray(), out answer);
            if (FaultMode is FaultMode.LosingAnswers)
            {
                FaultMode = FaultMode.None;
                status = 502;
            }

            context.Response.StatusCode = status;
            if (answer.Length == 0 && status is not 204)
            {
                // The platform answers with JSON wherever it answers with anything.
                answer = "{}"u8.ToArray();
            }

            context.Response.Close(answer, willBlock: true);
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or IOException)
        {
            // The platform was stopped during the request.
        }
    }

    private int Handle(HttpListenerRequest request, byte[] body, out byte[] answer)
    {
        lock (_gate)
        {
            answer = [];
            Requests++;
            Authorization = request.Headers["Authorization"];
            if (!request.Url!.AbsolutePath.StartsWith($"{Prefix}/", StringComparison.Ordinal))
            {
                return 404;
            }

            var path = request.Url.AbsolutePath[Prefix.Length..].Trim('/').Split('/');
            return (request.HttpMethod, path) switch
            {
                ("PUT", ["api", "runs", var id]) => Create(id, body),
                (_, ["api", "runs", ..]) when Run is null => 404,
                ("POST", ["api", "runs", _, "metrics"]) => AddPoints(body),
                ("POST", ["api", "runs", _, "heartbeat"]) => CountHeartbeat(),
                ("PUT", ["api", "runs", _, "files", .. var file]) => StoreFile(request, string.Join('/', file), body),
                ("POST", ["api", "runs", _, "media"]) => AddMedia(body),
                ("PATCH", ["api", "runs", _]) => Merge(body),
                ("POST", ["api", "runs", _, "finish"]) => Finish(body),
                ("POST", ["api", "artifacts", "blobs", "missing"]) when TakesGroups => FindMissing(body, out answer),
                ("POST", ["api", "artifacts", "blobs"]) when TakesGroups => StoreGroup(body),
                ("HEAD", ["api", "artifacts", "blobs", var sha256]) => _blobs.ContainsKey(sha256) ? 200 : 404,
                ("PUT", ["api", "artifacts", "blobs", var sha256]) => Store(sha256, body),
                ("POST", ["api", "artifacts", var name, "versions"]) => AddVersion(request, name, body),
                _ => 404,
            };
        }
    }

    private int Create(string id, byte[] body)
    {
        var run = JsonNode.Parse(body)!.AsObject();
        RunBodies.Add(run);
        if (RunIds.Add(id) || Run is null)
        {
            Run = run;
        }

        return 201;
    }

    private int StoreFile(HttpListenerRequest request, string path, byte[] body)
    {
        if (path == RefusedFile)
        {
            return 409;
        }

        if (Convert.ToHexStringLower(SHA256.HashData(body)) != request.Headers["X-Content-Sha256"])
        {
            return 422;
        }

        Files[Uri.UnescapeDataString(path)] = body;
        return 201;
    }

    private int AddMedia(byte[] body)
    {
        var items = JsonNode.Parse(body)!["items"]!.AsArray();
        if (!items.All(item => Files.ContainsKey(item!["path"]!.GetValue<string>())))
        {
            return 400;
        }

        Media.AddRange(items.Select(item => item!.DeepClone().AsObject()));
        return 204;
    }

    private int CountHeartbeat()
    {
        Heartbeats++;
        return 204;
    }

    private int AddPoints(byte[] body)
    {
        var points = JsonNode.Parse(body)!["points"]!.AsArray();
        if (points.Any(p => p!["key"]!.GetValue<string>() == RefusedKey))
        {
            return 400;
        }

        PointsReceived += points.Count;
        foreach (var point in points)
        {
            var key = (
                point!["key"]!.GetValue<string>(),
                point["step"]!.GetValue<long>(),
                point["at"]!.GetValue<string>()
            );
            _points[key] = point;
        }

        return 200;
    }

    private int Merge(byte[] body)
    {
        foreach (var (field, values) in JsonNode.Parse(body)!.AsObject())
        {
            if (field is "attempt")
            {
                UpdatedBy = values!.GetValue<int>();
                continue;
            }

            var merged = Merged[field] ??= new JsonObject();
            foreach (var (key, value) in values!.AsObject())
            {
                merged[key] = value?.DeepClone();
            }
        }

        return 200;
    }

    private int Finish(byte[] body)
    {
        End = JsonNode.Parse(body)!;
        return 200;
    }

    private int FindMissing(byte[] body, out byte[] answer)
    {
        var missing = JsonNode.Parse(body)!["sha256"]!
            .AsArray()
            .Select(hash => hash!.GetValue<string>())
            .Where(hash => !_blobs.ContainsKey(hash));
        answer = JsonSerializer.SerializeToUtf8Bytes(new { sha256 = missing });
        return 200;
    }

    private int StoreGroup(byte[] body)
    {
        using var archive = new TarReader(new MemoryStream(body));
        while (archive.GetNextEntry(copyData: true) is { } entry)
        {
            using var bytes = new MemoryStream();
            entry.DataStream?.CopyTo(bytes);
            if (Store(entry.Name, bytes.ToArray()) is var status and not 201)
            {
                return status;
            }
        }

        return 200;
    }

    private int Store(string sha256, byte[] body)
    {
        if (Convert.ToHexStringLower(SHA256.HashData(body)) != sha256)
        {
            return 422;
        }

        _blobs[sha256] = body;
        return 201;
    }

    private int AddVersion(HttpListenerRequest request, string name, byte[] body)
    {
        _versions.TryAdd(request.Headers["Idempotency-Key"]!, (name, JsonNode.Parse(body)!));
        return 201;
    }
}
