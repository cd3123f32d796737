using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Platform.Gateway.Tests;

/// <summary>What a service behind the gateway saw of a request.</summary>
internal sealed record Seen(
    string Service,
    string Method,
    string Path,
    string Query,
    string? Subject,
    string? Role,
    string? Attempt,
    string Credential,
    string Forwarded,
    string Prefix,
    string RequestId
);

/// <summary>A service behind the gateway: answers what it saw, and streams when asked to.</summary>
internal sealed class FakeService : IAsyncDisposable
{
    private readonly WebApplication _app;
    private long _received;
    private int _followers;
    private int _requests;

    private FakeService(string name, string address)
    {
        Name = name;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().UseUrls(address);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        builder.Services.AddRouting();
        _app = builder.Build();
        _app.Use(MisbehaveAsync);
        _app.MapGet("/health/self", () => Ready ? Results.Ok() : Results.Json(NotReady, statusCode: 503));
        _app.MapGet(
            "/health/ready",
            () => Ready ? Results.Text(Report, "application/json") : Results.Json(NotReady, statusCode: 503)
        );
        _app.MapGet("/openapi/v1.json", () => Results.Text(OpenApi, "application/json"));
        _app.MapPut("/api/artifacts/blobs/{hash}", (Delegate)ReceiveAsync);
        _app.MapGet(
            "/api/artifacts/{name}/versions/1/files/{file}",
            () => Results.Bytes([.. Enumerable.Range(0, 100).Select(i => (byte)i)], enableRangeProcessing: true)
        );
        _app.MapGet("/api/jobs/{id}/logs", FollowAsync);
        _app.MapFallback(
            (HttpContext context) =>
            {
                var credential = context.Request.Headers.Authorization.ToString();
                var token = credential.Length == 0 ? null : new JsonWebToken(credential["Bearer ".Length..]);
                return new Seen(
                    Name,
                    context.Request.Method,
                    context.Request.Path,
                    context.Request.QueryString.Value ?? "",
                    Claim(token, "sub"),
                    Claim(token, "role"),
                    Claim(token, "attempt"),
                    credential,
                    context.Request.Headers["X-Forwarded-Host"].ToString(),
                    context.Request.Headers["X-Forwarded-Prefix"].ToString(),
                    context.Request.Headers["X-Request-ID"].ToString()
                );
            }
        );
    }

    public string Name { get; }

    public bool Ready { get; set; } = true;

    /// <summary>What it says of its health while it is ready.</summary>
    public string Report { get; set; } = "";

    /// <summary>It takes connections and requests, but answers nothing: as one that is stopped, or waits for a lock for ever.</summary>
    public bool Hangs { get; set; }

    /// <summary>It ends while it answers: the connection is gone, and what was asked for may be done.</summary>
    public bool Breaks { get; set; }

    /// <summary>How many requests of users it got.</summary>
    public int Requests => Volatile.Read(ref _requests);

    public string Address =>
        _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

    /// <summary>Bytes of uploads so far.</summary>
    public long Received => Interlocked.Read(ref _received);

    /// <summary>How many follow the log.</summary>
    public int Followers => Volatile.Read(ref _followers);

    /// <summary>The lines that followers of the log get: each line goes to one of them.</summary>
    public Channel<string> Lines { get; } = Channel.CreateUnbounded<string>();

    private object NotReady { get; } = new
    {
        status = "unhealthy",
        checks = new { database = new { status = "healthy" }, bus = new { status = "unhealthy" } },
    };

    private string OpenApi =>
        $$$"""
            {
              "openapi": "3.1.1",
              "paths": {
                "/api/{{{Name}}}": {
                  "get": { "responses": { "200": { "content": { "application/json": {
                    "schema": { "$ref": "#/components/schemas/Page" } } } } } }
                }
              },
              "components": { "schemas": {
                "Page": { "type": "object", "description": "{{{Name}}}" },
                "Shared": { "type": "object" } } },
              "tags": [ { "name": "{{{Name}}}" } ]
            }
            """;

    /// <param name="name">What it calls itself.</param>
    /// <param name="address">Where it listens; at a free port when left out.</param>
    public static async Task<FakeService> StartAsync(string name, string address = "http://127.0.0.1:0")
    {
        var service = new FakeService(name, address);
        await service._app.StartAsync();
        return service;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private static string? Claim(JsonWebToken? token, string name) =>
        token is not null && token.TryGetPayloadValue<object>(name, out var value) ? $"{value}" : null;

    private async Task MisbehaveAsync(HttpContext context, RequestDelegate next)
    {
        if (!context.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal))
        {
            Interlocked.Increment(ref _requests);
        }

        if (Hangs)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        else if (Breaks)
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            context.Abort();
        }
        else
        {
            await next(context);
        }
    }

    private async Task<long> ReceiveAsync(HttpContext context)
    {
        var buffer = new byte[64 * 1024];
        var total = 0L;
        int read;
        while ((read = await context.Request.Body.ReadAsync(buffer)) > 0)
        {
            total += read;
            Interlocked.Add(ref _received, read);
        }

        return total;
    }

    private async Task FollowAsync(HttpContext context)
    {
        Interlocked.Increment(ref _followers);
        try
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.Body.FlushAsync();
            await foreach (var line in Lines.Reader.ReadAllAsync(context.RequestAborted))
            {
                await context.Response.WriteAsync($"data: {line}\n\n");
                await context.Response.Body.FlushAsync();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _followers);
        }
    }
}
