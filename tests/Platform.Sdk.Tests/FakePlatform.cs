using System.Net;
using System.Security.Cryptography;
using System.Text;
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
internal sealed partial class FakePlatform : IDisposable
{
    private readonly Lock _gate = new();
    private readonly int _port = Ports.Free();
    private readonly List<TaskCompletionSource> _hanging = [];
    private readonly Dictionary<(string Key, long Step, string At), JsonNode> _points = [];
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

    /// <summary>What something else answers at its address; null while the platform does.</summary>
    public (int Status, string Body)? ForeignAnswer { get; set; }

    /// <summary>Whether it refuses ends of runs, as of those that have ended otherwise.</summary>
    public bool RefusesEnds { get; set; }

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

            if (ForeignAnswer is { } foreign)
            {
                context.Response.StatusCode = foreign.Status;
                context.Response.Close(Encoding.UTF8.GetBytes(foreign.Body), willBlock: true);
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
                ("GET", ["api", "runs", _]) => Show(out answer),
                ("POST", ["api", "runs", _, "metrics"]) => AddPoints(body),
                ("POST", ["api", "runs", _, "heartbeat"]) => CountHeartbeat(),
                ("PUT", ["api", "runs", _, "files", .. var file]) => StoreFile(request, string.Join('/', file), body),
                ("POST", ["api", "runs", _, "media"]) => AddMedia(body),
                ("PATCH", ["api", "runs", _]) => Merge(body),
                ("POST", ["api", "runs", _, "finish"]) => RefusesEnds ? 409 : Finish(body),
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

    private int Show(out byte[] answer)
    {
        var latest = Points
            .GroupBy(point => point["key"]!.GetValue<string>())
            .ToDictionary(key => key.Key, key => key.MaxBy(point => point["step"]!.GetValue<long>()));
        answer = JsonSerializer.SerializeToUtf8Bytes(new { latest });
        return 200;
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
}
