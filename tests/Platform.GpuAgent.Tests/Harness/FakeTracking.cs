using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Platform.GpuAgent.Tests.Harness;

/// <summary>The tracking service's API for trainings and agents; it stores the records and their senders.</summary>
internal sealed class FakeTracking
{
    private readonly List<JsonNode> _points = [];
    private readonly List<JsonNode> _ends = [];
    private readonly List<string> _senders = [];
    private readonly Lock _lock = new();

    /// <summary>While set, everything is answered with 503.</summary>
    public volatile bool IsUnavailable;

    public IReadOnlyList<int> Steps => Read(() => _points.Select(point => point["step"]!.GetValue<int>()).ToList());

    public IReadOnlyList<JsonNode> Ends => Read(() => _ends.ToList());

    /// <summary>The Authorization header of each accepted request.</summary>
    public IReadOnlyList<string> Senders => Read(() => _senders.ToList());

    public void Map(WebApplication app)
    {
        app.MapPut("/api/runs/{id}", (HttpRequest request) => AcceptAsync(request, _ => { }));
        app.MapPatch("/api/runs/{id}", (HttpRequest request) => AcceptAsync(request, _ => { }));
        app.MapPost(
            "/api/runs/{id}/metrics",
            (HttpRequest request) => AcceptAsync(request, body => AddPoints(body["points"]!.AsArray()))
        );
        app.MapPost("/api/runs/{id}/finish", (HttpRequest request) => AcceptAsync(request, _ends.Add));
    }

    /// <summary>Repeated points are ignored, as in the real service.</summary>
    private void AddPoints(JsonArray points) =>
        _points.AddRange(
            points.Select(point => point!).Where(point => !_points.Exists(p => JsonNode.DeepEquals(p, point)))
        );

    private async Task<IResult> AcceptAsync(HttpRequest request, Action<JsonNode> store)
    {
        var body = await JsonNode.ParseAsync(request.Body);
        if (IsUnavailable)
        {
            return Results.StatusCode(503);
        }

        lock (_lock)
        {
            _senders.Add($"{request.Headers.Authorization}");
            store(body!);
        }

        return Results.Text("{}", "application/json");
    }

    private T Read<T>(Func<T> read)
    {
        lock (_lock)
        {
            return read();
        }
    }
}
