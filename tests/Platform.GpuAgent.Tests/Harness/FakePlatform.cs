using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Platform.Contracts.Artifacts;
using Platform.Contracts.Jobs;
using Platform.Contracts.Nodes;
using Platform.GpuAgent.Journal;

namespace Platform.GpuAgent.Tests.Harness;

/// <summary>The platform's HTTP API for agents, on a real server, with its state in memory.</summary>
internal sealed class FakePlatform : IAsyncDisposable
{
    public const string JoinToken = "let-me-in";
    private const string NodeToken = "pn_test";

    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, ArtifactManifest> _byKey = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, byte[]> _blobs = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<AttemptKey, StoredLog> _logs = new();
    private readonly Dictionary<string, List<ArtifactManifest>> _versions = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    private FakePlatform(WebApplication app) => _app = app;

    public string Url => _app.Urls.First();

    /// <summary>While set, connections are aborted.</summary>
    public volatile bool IsUnavailable;

    /// <summary>The paths requested while it was unavailable.</summary>
    public ConcurrentQueue<string> RequestsWhileUnavailable { get; } = new();

    /// <summary>While set, heartbeats are answered as for an unknown node.</summary>
    public volatile bool HasForgottenNode;

    public string? Broker { get; init; }

    public int Joins;

    public ConcurrentDictionary<AttemptKey, AttemptWork> Works { get; } = new();

    /// <summary>Blobs that are damaged when they are downloaded.</summary>
    public ConcurrentDictionary<string, bool> Damaged { get; } = new(StringComparer.Ordinal);

    /// <summary>Blobs whose next download ends in the middle.</summary>
    public ConcurrentDictionary<string, bool> Interrupted { get; } = new(StringComparer.Ordinal);

    /// <summary>Downloads, by blob.</summary>
    public ConcurrentQueue<string> Downloads { get; } = new();

    /// <summary>Heartbeats received over HTTP.</summary>
    public ConcurrentQueue<NodeHeartbeat> Heartbeats { get; } = new();

    /// <summary>Runs and their records.</summary>
    public FakeTracking Tracking { get; } = new();

    /// <summary>While set, requests for artifacts are refused with 403.</summary>
    public volatile bool RefusesArtifacts;

    public static async Task<FakePlatform> StartAsync(string? broker = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.Limits.MaxRequestBodySize = null;
        });
        var platform = new FakePlatform(builder.Build()) { Broker = broker };
        platform.Map();
        await platform._app.StartAsync();
        return platform;
    }

    public StoredLog Log(AttemptWork work) => _logs.GetOrAdd(work.Key(), _ => new StoredLog());

    public IReadOnlyList<ArtifactManifest> Versions(string name)
    {
        lock (_lock)
        {
            return _versions.TryGetValue(name, out var versions) ? [.. versions] : [];
        }
    }

    public byte[] Blob(string sha256) => _blobs[sha256];

    public string Text(ArtifactManifest manifest, string path) =>
        Encoding.UTF8.GetString(Blob(manifest.Files.Single(file => file.Path == path).Sha256));

    /// <summary>Stores an artifact version as a user would.</summary>
    public ArtifactManifest Store(string name, params (string Path, byte[] Content)[] files)
    {
        var kept = files.Select(file => new ArtifactFile
        {
            Path = file.Path,
            Size = file.Content.Length,
            Sha256 = StoreBlob(file.Content),
        });
        return AddVersion(name, new CreateVersion { Files = [.. kept] });
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private static string Sha256(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    private string StoreBlob(byte[] content)
    {
        var name = Sha256(content);
        _blobs[name] = content;
        return name;
    }

    private ArtifactManifest AddVersion(string name, CreateVersion version)
    {
        lock (_lock)
        {
            if (!_versions.TryGetValue(name, out var versions))
            {
                _versions[name] = versions = [];
            }

            var manifest = new ArtifactManifest
            {
                Name = name,
                Version = versions.Count + 1,
                Type = version.Type,
                Project = version.Project,
                Aliases = ["latest"],
                Files = version.Files,
                Size = version.Files.Sum(file => file.Size),
                Digest = "",
                Metadata = version.Metadata,
                JobId = version.JobId,
                Attempt = version.Attempt,
                RunId = version.RunId,
                CreatedAt = TimeProvider.System.GetUtcNow(),
            };
            versions.Add(manifest);
            return manifest;
        }
    }

    private void Map()
    {
        _app.Use(
            async (context, next) =>
            {
                if (IsUnavailable)
                {
                    RequestsWhileUnavailable.Enqueue(context.Request.Path);
                    context.Abort();
                }
                else if (
                    !context.Request.Path.StartsWithSegments("/api/nodes/join", StringComparison.Ordinal)
                    && !(
                        context.Request.Headers.Authorization == "Bearer pj_test"
                        && context.Request.Path.StartsWithSegments("/api/runs", StringComparison.Ordinal)
                    )
                    && context.Request.Headers.Authorization != $"Bearer {NodeToken}"
                )
                {
                    context.Response.StatusCode = 401;
                }
                else if (
                    RefusesArtifacts
                    && context.Request.Path.StartsWithSegments("/api/artifacts", StringComparison.Ordinal)
                )
                {
                    await Results.Problem("Access to artifacts is denied.", statusCode: 403).ExecuteAsync(context);
                }
                else
                {
                    await next(context);
                }
            }
        );
        _app.MapPost("/api/nodes/join", Join);
        _app.MapPost("/api/nodes/heartbeat", ReceiveHeartbeat);
        _app.MapGet(
            "/api/jobs/{jobId:guid}/attempts/{attempt:int}/work",
            (Guid jobId, int attempt, int rank = 0) =>
                Works.TryGetValue(new AttemptKey(jobId, attempt, rank), out var work)
                    ? Results.Ok(work)
                    : Results.NotFound()
        );
        _app.MapPost("/api/jobs/{jobId:guid}/logs", AppendLogAsync);
        _app.MapMethods(
            "/api/artifacts/blobs/{sha256}",
            ["HEAD"],
            (string sha256) => _blobs.ContainsKey(sha256) ? Results.Ok() : Results.NotFound()
        );
        _app.MapPut("/api/artifacts/blobs/{sha256}", PutBlobAsync);
        _app.MapPost("/api/artifacts/{name}/versions", CreateVersion);
        _app.MapGet("/api/artifacts/{name}/versions/{version}", FindVersion);
        _app.MapGet("/api/artifacts/{name}/versions/{version}/files/{**path}", DownloadAsync);
        Tracking.Map(_app);
    }

    private IResult Join(JoinRequest request)
    {
        if (request.Token != JoinToken)
        {
            return Results.Problem("This join token is not known.", statusCode: 401);
        }

        Interlocked.Increment(ref Joins);
        HasForgottenNode = false;
        return Results.Ok(
            new JoinResponse
            {
                NodeId = request.NodeId,
                NodeToken = NodeToken,
                Broker = Broker,
                HeartbeatSeconds = 0.2,
            }
        );
    }

    private IResult ReceiveHeartbeat(NodeHeartbeat heartbeat)
    {
        Heartbeats.Enqueue(heartbeat);
        return HasForgottenNode ? Results.NotFound() : Results.NoContent();
    }

    private async Task<IResult> AppendLogAsync(
        Guid jobId,
        int attempt,
        long offset,
        HttpRequest request,
        int rank = 0,
        bool complete = false
    )
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        var log = _logs.GetOrAdd(new AttemptKey(jobId, attempt, rank), _ => new StoredLog());
        var (stored, accepted) = log.Append(offset, body.ToArray(), complete);
        var position = new LogPosition { Offset = stored };
        return accepted ? Results.Ok(position) : Results.Conflict(position);
    }

    private async Task<IResult> PutBlobAsync(string sha256, HttpRequest request)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        var content = body.ToArray();
        if (Sha256(content) != sha256)
        {
            return Results.Problem("The bytes have another checksum.", statusCode: 400);
        }

        _blobs[sha256] = content;
        return Results.Created($"/api/artifacts/blobs/{sha256}", null);
    }

    private IResult CreateVersion(string name, CreateVersion version, HttpRequest request)
    {
        if (version.Files.Count == 0 || version.Files.Any(file => !_blobs.ContainsKey(file.Sha256)))
        {
            return Results.Problem("Blobs are missing.", statusCode: 422);
        }

        if (version.Files.FirstOrDefault(file => file.Path.Contains('\\')) is { } invalid)
        {
            var index = version.Files.ToList().IndexOf(invalid);
            return Results.ValidationProblem(
                new Dictionary<string, string[]>(StringComparer.Ordinal)
                {
                    [$"files[{index}].path"] = ["Must not have backslashes or control characters."],
                }
            );
        }

        if (version.Type is not "custom" && Find(name, "1") is { } first && first.Type != version.Type)
        {
            return Results.Problem(
                $"The artifact is of type {first.Type}; a version of it cannot be of type {version.Type}.",
                statusCode: 409
            );
        }

        var key = request.Headers["Idempotency-Key"].ToString();
        lock (_lock)
        {
            var manifest = _byKey.GetOrAdd($"{name} {key}", _ => AddVersion(name, version));
            return Results.Created($"/api/artifacts/{name}/versions/{manifest.Version}", manifest);
        }
    }

    private IResult FindVersion(string name, string version) =>
        Find(name, version) is { } manifest ? Results.Ok(manifest) : Results.NotFound();

    private async Task<IResult> DownloadAsync(string name, string version, string path, HttpContext context)
    {
        if (Find(name, version)?.Files.FirstOrDefault(file => file.Path == path) is not { } found)
        {
            return Results.NotFound();
        }

        Downloads.Enqueue(found.Sha256);
        var content = _blobs[found.Sha256];
        if (Interrupted.TryRemove(found.Sha256, out _))
        {
            context.Response.ContentLength = content.Length;
            await context.Response.Body.WriteAsync(content.AsMemory(0, content.Length / 2));
            await context.Response.Body.FlushAsync();
            context.Abort();
            return Results.Empty;
        }

        return Results.Bytes(Damaged.ContainsKey(found.Sha256) ? [.. content.Select(b => (byte)~b)] : content);
    }

    private ArtifactManifest? Find(string name, string version) =>
        Versions(name).LastOrDefault(manifest => version == "latest" || version == $"{manifest.Version}");
}

/// <summary>A log that accepts bytes only at its end.</summary>
internal sealed class StoredLog
{
    private readonly MemoryStream _bytes = new();
    private readonly Lock _lock = new();

    public bool IsComplete { get; private set; }

    public byte[] Bytes
    {
        get
        {
            lock (_lock)
            {
                return _bytes.ToArray();
            }
        }
    }

    public string Text => Encoding.UTF8.GetString(Bytes);

    public (long Stored, bool Accepted) Append(long offset, byte[] content, bool complete)
    {
        lock (_lock)
        {
            if (offset != _bytes.Length)
            {
                return (_bytes.Length, false);
            }

            _bytes.Write(content);
            IsComplete |= complete;
            return (_bytes.Length, true);
        }
    }
}
