using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Platform.ServiceDefaults;
using Platform.Tracking.Metrics;

namespace Platform.Tracking.Live;

/// <summary>
/// Writes server-sent events of a run (https://html.spec.whatwg.org/multipage/server-sent-events.html).
/// </summary>
internal sealed class EventStream(HttpResponse response)
{
    private readonly PipeWriter _body = response.BodyWriter;

    /// <summary>When something was last sent, as a <see cref="Stopwatch"/> timestamp.</summary>
    public long LastSent { get; private set; } = Stopwatch.GetTimestamp();

    /// <summary>Sends the headers immediately, so that a client is connected before the first point.</summary>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        response.BeginEventStream();
        Write("retry: 1000\n\n");
        await FlushAsync(cancellationToken);
    }

    public async Task KeepAliveAsync(CancellationToken cancellationToken)
    {
        Write(": keep-alive\n\n");
        await FlushAsync(cancellationToken);
    }

    public async Task SendPointsAsync(List<LivePoint> batch, CancellationToken cancellationToken)
    {
        Write($"id: {batch[0].Batch.ToString(CultureInfo.InvariantCulture)}\ndata: ");
        await using (var json = new Utf8JsonWriter(_body))
        {
            json.WriteStartObject();
            json.WriteStartArray("points");
            foreach (var point in batch)
            {
                json.WriteStartObject();
                json.WriteString("key", point.Key);
                json.WriteNumber("step", point.Step);
                json.WriteString("at", point.At);
                json.WritePropertyName("value");
                MetricJson.WriteValue(json, point.Value);
                if (point.Stage is not null)
                {
                    json.WriteString("stage", point.Stage);
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        Write("\n\n");
        await FlushAsync(cancellationToken);
    }

    public async Task SendStatusAsync(string @event, LiveState state, CancellationToken cancellationToken)
    {
        Write($"event: {@event}\ndata: ");
        await using (var json = new Utf8JsonWriter(_body))
        {
            json.WriteStartObject();
            json.WriteString("status", state.Status);
            if (state.EndedAt is { } endedAt)
            {
                json.WriteString("endedAt", endedAt);
            }

            json.WriteEndObject();
        }

        Write("\n\n");
        await FlushAsync(cancellationToken);
    }

    private void Write(string text) => _body.Write(Encoding.UTF8.GetBytes(text));

    private async Task FlushAsync(CancellationToken cancellationToken)
    {
        await _body.FlushAsync(cancellationToken);
        LastSent = Stopwatch.GetTimestamp();
    }
}
