using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Platform.Bench;

/// <summary>
/// Takes what services send of themselves: documents for Elasticsearch, traces and metrics by OTLP. It counts documents and keeps nothing,
/// so that what is measured is the sender.
/// </summary>
internal sealed class TelemetrySink : IAsyncDisposable
{
    private const string JobStream = "logs-platform.job-default";
    private readonly WebApplication _app;
    private volatile bool _isOpen;
    private long _lines;
    private long _firstAt;
    private long _lastAt;

    private TelemetrySink(WebApplication app) => _app = app;

    /// <summary>Its address.</summary>
    public Uri Address => new(_app.Urls.Single());

    /// <summary>How many lines of jobs came since it opened.</summary>
    public long Lines => Interlocked.Read(ref _lines);

    /// <summary>From the arrival of the first request with lines to the end of the last one.</summary>
    public TimeSpan Span => Stopwatch.GetElapsedTime(Interlocked.Read(ref _firstAt), Interlocked.Read(ref _lastAt));

    public static async Task<TelemetrySink> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(IPAddress.Loopback, 0);
        });
        var sink = new TelemetrySink(builder.Build());
        sink._app.Run(sink.AnswerAsync);
        await sink._app.StartAsync();
        return sink;
    }

    /// <summary>From now on it takes documents; before, it has no room for any.</summary>
    public void Open() => _isOpen = true;

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var startedAt = Stopwatch.GetTimestamp();
        var path = context.Request.Path.Value!;
        if (path.EndsWith("/_bulk", StringComparison.Ordinal) && !_isOpen)
        {
            context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
            return;
        }

        var rows = await CountRowsAsync(context);
        context.Response.Headers["X-Elastic-Product"] = "Elasticsearch";
        if (path.StartsWith($"/{JobStream}/", StringComparison.Ordinal))
        {
            Interlocked.CompareExchange(ref _firstAt, startedAt, 0);
            Interlocked.Add(ref _lines, rows / 2); // an action, and a document
            Interlocked.Exchange(ref _lastAt, Stopwatch.GetTimestamp());
        }

        if (path.EndsWith("/_bulk", StringComparison.Ordinal))
        {
            context.Response.ContentType = "application/vnd.elasticsearch+json;compatible-with=9";
            await context.Response.WriteAsync("""{"errors":false}""");
        }
    }

    private static async Task<long> CountRowsAsync(HttpContext context)
    {
        await using var content =
            context.Request.Headers.ContentEncoding.ToString() == "gzip"
                ? new GZipStream(context.Request.Body, CompressionMode.Decompress)
                : context.Request.Body;
        var buffer = new byte[64 * 1024];
        long rows = 0;
        while (await content.ReadAsync(buffer, context.RequestAborted) is > 0 and var read)
        {
            rows += buffer.AsSpan(0, read).Count((byte)'\n');
        }

        return rows;
    }
}
