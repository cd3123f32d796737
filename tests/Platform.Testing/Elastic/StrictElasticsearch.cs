using System.Collections.Concurrent;
using System.IO.Compression;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Platform.Testing.Elastic;

/// <summary>
/// What of Elasticsearch the platform uses, stricter than the real one: a data stream takes only <c>create</c>, unknown actions and
/// metadata and broken NDJSON are refused, documents are kept by their id. Tests make it answer errors, hang, and go away.
/// </summary>
public sealed partial class StrictElasticsearch : IAsyncDisposable
{
    private const string Bulk = "application/vnd.elasticsearch+x-ndjson;compatible-with=9";

    private readonly int _port;
    private WebApplication? _app;
    private int _requests;
    private int _repeats;

    private StrictElasticsearch(int port) => _port = port;

    /// <summary>Its address, also while it is away.</summary>
    public string Url => $"http://127.0.0.1:{_port}";

    /// <summary>The documents of each data stream by their id.</summary>
    public ConcurrentDictionary<string, ConcurrentDictionary<string, JsonObject>> Streams { get; } =
        new(StringComparer.Ordinal);

    /// <summary>What was broken in a way that a client must never be; empty at the end of every test.</summary>
    public ConcurrentQueue<string> Offences { get; } = new();

    /// <summary>The <c>Authorization</c> headers that came.</summary>
    public ConcurrentQueue<string> Authorizations { get; } = new();

    /// <summary>Answers a request in place of the server: a status, or null for what it answers itself.</summary>
    public Func<int, string, Task<int?>> OnRequest { get; set; } = (_, _) => Task.FromResult<int?>(null);

    /// <summary>Refuses single documents: a status, or null.</summary>
    public Func<JsonObject, int?> OnDocument { get; set; } = _ => null;

    /// <summary>The longest body.</summary>
    public int MaxBytes { get; set; } = 100 * 1024 * 1024;

    public int Requests => _requests;

    /// <summary>Documents that came again.</summary>
    public int Repeats => _repeats;

    public static async Task<StrictElasticsearch> StartAsync()
    {
        var server = new StrictElasticsearch(FreePort());
        await server.ComeBackAsync();
        return server;
    }

    /// <summary>The documents of a data stream.</summary>
    public IReadOnlyCollection<JsonObject> Documents(string stream) =>
        Streams.TryGetValue(stream, out var documents) ? [.. documents.Values] : [];

    /// <summary>It is killed: connections break.</summary>
    public async Task GoAwayAsync()
    {
        if (_app is { } app)
        {
            _app = null;
            using var now = new CancellationTokenSource(TimeSpan.Zero);
            await app.StopAsync(now.Token);
            await app.DisposeAsync();
        }
    }

    /// <summary>It is started again, at the same address and with the documents that it had.</summary>
    public async Task ComeBackAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(Url);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        _app = builder.Build();
        _app.Run(async context =>
        {
            try
            {
                await AnswerAsync(context);
            }
            catch (Exception exception) when (!context.RequestAborted.IsCancellationRequested)
            {
                Offences.Enqueue(exception.ToString());
                throw;
            }
        });
        await _app.StartAsync();
    }

    public async ValueTask DisposeAsync() => await GoAwayAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        context.Response.Headers["X-Elastic-Product"] = "Elasticsearch";
        Authorizations.Enqueue(context.Request.Headers.Authorization.ToString());
        await using var content =
            context.Request.Headers.ContentEncoding.ToString() == "gzip"
                ? new GZipStream(context.Request.Body, CompressionMode.Decompress)
                : context.Request.Body;
        using var reader = new StreamReader(content, new UTF8Encoding(false, throwOnInvalidBytes: true));
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        var status = await OnRequest(Interlocked.Increment(ref _requests), body);
        if (Encoding.UTF8.GetByteCount(body) > MaxBytes)
        {
            status = 413;
        }

        if (status is { } answered)
        {
            await ErrorAsync(context, answered, "made_up_exception");
            return;
        }

        if (context.Request.Method == "PUT" || context.Request.Path == "/api/saved_objects/_import")
        {
            await InstallAsync(context, body);
            return;
        }

        var path = context.Request.Path.Value!.Split('/');
        if (
            context.Request.Method != "POST"
            || path is not ["", _, "_bulk"]
            || !path[1].StartsWith("logs-", StringComparison.Ordinal)
        )
        {
            await OffendAsync(context, $"no handler for {context.Request.Method} {context.Request.Path}");
            return;
        }

        await CreateAsync(context, path[1], body);
    }

    private async Task CreateAsync(HttpContext context, string stream, string body)
    {
        if (!string.Equals(context.Request.ContentType, Bulk, StringComparison.Ordinal))
        {
            await OffendAsync(context, $"content type {context.Request.ContentType}");
            return;
        }

        if (!body.EndsWith('\n'))
        {
            await OffendAsync(context, "The bulk request must be terminated by a newline");
            return;
        }

        var lines = body[..^1].Split('\n');
        if (lines.Length % 2 != 0)
        {
            await OffendAsync(context, "an action without a document");
            return;
        }

        var actions = new List<(string Id, string Source)>();
        for (var i = 0; i < lines.Length; i += 2)
        {
            if (IdOf(lines[i]) is not { } id)
            {
                await OffendAsync(context, $"Malformed action/metadata line [{i + 1}]: {lines[i]}");
                return;
            }

            actions.Add((id, lines[i + 1]));
        }

        var items = actions.Select(action => Create(stream, action.Id, action.Source)).ToList();
        var answer = new JsonObject
        {
            ["errors"] = items.Exists(item => item["create"]!["status"]!.GetValue<int>() > 299),
            ["items"] = new JsonArray([.. items]),
        };
        context.Response.ContentType = "application/vnd.elasticsearch+json;compatible-with=9";
        await context.Response.WriteAsync(answer.ToJsonString());
    }

    /// <summary>Null for anything but a <c>create</c> with an id alone.</summary>
    private static string? IdOf(string line)
    {
        try
        {
            return
                JsonNode.Parse(line) is JsonObject { Count: 1 } action
                && action["create"] is JsonObject { Count: 1 } metadata
                && metadata["_id"] is JsonValue id
                && id.GetValue<string>() is { Length: > 0 and <= 512 } text
                ? text
                : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private JsonObject Create(string stream, string id, string source)
    {
        JsonObject document;
        try
        {
            document = (JsonObject)JsonNode.Parse(source)!;
            _ = document["@timestamp"]!.GetValue<DateTimeOffset>();
            _ = document.Count; // reads the keys, of which none may be there twice
        }
        catch (Exception exception)
        {
            Offences.Enqueue($"{exception.Message}: {source}");
            return Item(id, 400, "document_parsing_exception");
        }

        if (OnDocument(document) is { } status)
        {
            return Item(id, status, status == 429 ? "es_rejected_execution_exception" : "document_parsing_exception");
        }

        var documents = Streams.GetOrAdd(stream, _ => new(StringComparer.Ordinal));
        if (documents.TryAdd(id, document))
        {
            return Item(id, 201, error: null);
        }

        Interlocked.Increment(ref _repeats);
        return Item(id, 409, "version_conflict_engine_exception");
    }

    private static JsonObject Item(string id, int status, string? error)
    {
        var result = new JsonObject { ["_id"] = id, ["status"] = status };
        if (error is not null)
        {
            result["error"] = new JsonObject { ["type"] = error, ["reason"] = $"[1:1] refused {id}" };
        }

        return new JsonObject { ["create"] = result };
    }

    private Task OffendAsync(HttpContext context, string what)
    {
        Offences.Enqueue(what);
        return ErrorAsync(context, 400, "illegal_argument_exception", what);
    }

    private static Task ErrorAsync(HttpContext context, int status, string type, string reason = "made up")
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(
            new JsonObject
            {
                ["error"] = new JsonObject { ["type"] = type, ["reason"] = reason },
                ["status"] = status,
            }.ToJsonString()
        );
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
    }
}
