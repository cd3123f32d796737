using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Platform.GpuAgent.Tests.Harness;

/// <summary>The tracking service as trainings and agents see it; it notes what it is told and by whom.</summary>
internal sealed class FakeTracking
{
    private readonly List<JsonNode> _points = [];
    private readonly List<JsonNode> _ends = [];
    private readonly List<string> _senders = [];
    private readonly Lock _lock = new();

    /// <summary>While set, everything is answered with 503.</summary>
    public volatile bool Away;

    public IReadOnlyList<int> Steps => Read(() => _points.Select(point => point["step"]!.GetValue<int>()).ToList());

    public IReadOnlyList<JsonNode> Ends => Read(() => _ends.ToList());

    /// <summary>Whose token each request that was taken carried.</summary>
    public IReadOnlyList<string> Senders => Read(() => _senders.ToList());

    public void Map(WebApplication app)
    {
        app.MapPut("/api/runs/{id}", (HttpRequest request) => TakeAsync(request, _ => { }));
        app.MapPatch("/api/runs/{id}", (HttpRequest request) => TakeAsync(request, _ => { }));
        app.MapPost(
            "/api/runs/{id}/metrics",
            (HttpRequest request) => TakeAsync(request, body => TakePoints(body["points"]!.AsArray()))
        );
        app.MapPost("/api/runs/{id}/finish", (HttpRequest request) => TakeAsync(request, _ends.Add));
    }

    /// <summary>What was sent again because its answer was lost or late is left out, as in the real one.</summary>
    private void TakePoints(JsonArray points) =>
        _points.AddRange(
            points.Select(point => point!).Where(point => !_points.Exists(p => JsonNode.DeepEquals(p, point)))
        );

    private async Task<IResult> TakeAsync(HttpRequest request, Action<JsonNode> take)
    {
        var body = await JsonNode.ParseAsync(request.Body);
        if (Away)
        {
            return Results.StatusCode(503);
        }

        lock (_lock)
        {
            _senders.Add($"{request.Headers.Authorization}");
            take(body!);
        }

        return Results.Ok();
    }

    private T Read<T>(Func<T> read)
    {
        lock (_lock)
        {
            return read();
        }
    }
}
