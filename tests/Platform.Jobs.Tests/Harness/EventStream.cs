using System.Net.Http.Headers;

namespace Platform.Jobs.Tests.Harness;

/// <summary>Reads server-sent events as a browser does.</summary>
internal sealed class EventStream : IDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly StreamReader _reader;

    private EventStream(HttpResponseMessage response, StreamReader reader) => (_response, _reader) = (response, reader);

    public static async Task<EventStream> OpenAsync(HttpClient http, string path, string? lastEventId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        if (lastEventId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastEventId);
        }

        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.True(response.IsSuccessStatusCode, $"{path} answered {(int)response.StatusCode}");
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        return new EventStream(response, new StreamReader(await response.Content.ReadAsStreamAsync()));
    }

    /// <summary>The number of received comments.</summary>
    public int Comments { get; private set; }

    /// <summary>The next event; null when the server closed the stream.</summary>
    public async Task<ServerEvent?> NextAsync(TimeSpan? within = null)
    {
        using var limit = new CancellationTokenSource(within ?? TimeSpan.FromSeconds(30));
        var (name, id, data) = ("message", (string?)null, (string?)null);
        while (await _reader.ReadLineAsync(limit.Token) is { } line)
        {
            if (line.Length == 0 && data is not null)
            {
                return new ServerEvent(name, id, data);
            }

            if (line.StartsWith(':'))
            {
                Comments++;
            }
            else if (line.Split(": ", 2) is [var field, var value])
            {
                (name, id, data) = field switch
                {
                    "event" => (value, id, data),
                    "id" => (name, value, data),
                    "data" => (name, id, value),
                    _ => throw new InvalidDataException(line),
                };
            }
        }

        return null;
    }

    /// <summary>Everything until <c>event: end</c>.</summary>
    public async Task<List<ServerEvent>> ReadToEndAsync()
    {
        var events = new List<ServerEvent>();
        while (await NextAsync() is { } next && next.Name != "end")
        {
            events.Add(next);
        }

        return events;
    }

    public void Dispose()
    {
        _reader.Dispose();
        _response.Dispose();
    }
}

internal sealed record ServerEvent(string Name, string? Id, string Data);
