using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace Platform.Tracking.Tests.Live;

/// <summary>Reads server-sent events as a browser does.</summary>
public sealed class LiveStream : IDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly StreamReader _reader;

    private LiveStream(HttpResponseMessage response, Stream body)
    {
        _response = response;
        _reader = new StreamReader(body);
    }

    /// <summary>How many comments were seen so far.</summary>
    public int Comments { get; private set; }

    public static async Task<LiveStream> OpenAsync(HttpClient http, string path, string? lastEventId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (lastEventId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastEventId);
        }

        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(new MediaTypeHeaderValue("text/event-stream"), response.Content.Headers.ContentType);
        return new LiveStream(response, await response.Content.ReadAsStreamAsync());
    }

    /// <summary>The next event; null when the stream ended. Fails after 30 s without one.</summary>
    public async Task<LiveEvent?> NextAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var type = "message";
        string? id = null;
        string? data = null;
        while (await _reader.ReadLineAsync(limit.Token) is { } line)
        {
            if (line.Length == 0 && data is not null)
            {
                return new LiveEvent(type, id, JsonNode.Parse(data)!);
            }

            switch (line.Split(": ", 2))
            {
                case ["event", var value]:
                    type = value;
                    break;
                case ["id", var value]:
                    id = value;
                    break;
                case ["data", var value]:
                    data = value;
                    break;
                case ["", _]:
                    Comments++;
                    break;
            }
        }

        return null;
    }

    /// <summary>The next event of points.</summary>
    public async Task<LiveEvent> NextPointsAsync()
    {
        while (true)
        {
            var next = await NextAsync();
            Assert.NotNull(next);
            if (next.Type is "message")
            {
                return next;
            }
        }
    }

    public void Dispose()
    {
        _reader.Dispose();
        _response.Dispose();
    }
}

/// <summary>One server-sent event.</summary>
public sealed record LiveEvent(string Type, string? Id, JsonNode Data)
{
    public IEnumerable<int> Steps => Data["points"]!.AsArray().Select(point => point!["step"]!.GetValue<int>());

    public string Status => Data["status"]!.GetValue<string>();
}
