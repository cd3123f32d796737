using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Platform.Tracking.Tests.Alerts;

/// <summary>Somebody's server that takes webhooks: it answers as it is told, and keeps what it got.</summary>
public sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Func<HttpContext, Task>> _answers = new();

    private Receiver(WebApplication app) => _app = app;

    public ConcurrentQueue<Received> All { get; } = new();

    public string Url =>
        _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()
        + "/hook";

    public static async Task<Receiver> StartAsync(bool hangs = false)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var receiver = new Receiver(builder.Build()) { Hangs = hangs };
        receiver._app.Map("/{**rest}", receiver.TakeAsync);
        await receiver._app.StartAsync();
        return receiver;
    }

    /// <summary>Answers the next request with a status; those after the last are taken (204).</summary>
    public void Answer(HttpStatusCode status, string? location = null, string body = "") =>
        _answers.Enqueue(async context =>
        {
            context.Response.StatusCode = (int)status;
            if (location is not null)
            {
                context.Response.Headers.Location = location;
            }

            await context.Response.WriteAsync(body);
        });

    /// <summary>Whether requests are taken and never answered.</summary>
    public bool Hangs { get; init; }

    /// <summary>Waits for so many requests.</summary>
    public async Task<IReadOnlyList<Received>> WaitForAsync(int count)
    {
        await WaitFor.ConditionAsync(
            $"{count} requests",
            () => Task.FromResult(All.Count >= count),
            describe: () => $"There were {All.Count}."
        );
        return [.. All];
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        All.Enqueue(
            new Received(
                context.Request.Headers["webhook-id"].ToString(),
                context.Request.Headers["webhook-timestamp"].ToString(),
                context.Request.Headers["webhook-signature"].ToString(),
                Encoding.UTF8.GetString(body.ToArray())
            )
        );
        if (Hangs)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return;
        }

        if (_answers.TryDequeue(out var answer))
        {
            await answer(context);
            return;
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }
}

/// <summary>A request that a receiver got.</summary>
public sealed record Received(string Id, string Timestamp, string Signature, string Body)
{
    public JsonNode Json => JsonNode.Parse(Body)!;

    public string Type => Json["type"]!.GetValue<string>();

    /// <summary>Verifies as the specification of Standard Webhooks says, and not as the service does.</summary>
    public bool IsSignedWith(string secret)
    {
        using var mac = new HMACSHA256(
            Convert.FromBase64String(secret.Replace("whsec_", "", StringComparison.Ordinal))
        );
        var expected = Convert.ToBase64String(
            mac.ComputeHash(Encoding.UTF8.GetBytes(Id + "." + Timestamp + "." + Body))
        );
        return Signature.Split(' ').Contains("v1," + expected, StringComparer.Ordinal);
    }
}
