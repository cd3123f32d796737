using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Formatting.Display;

namespace Platform.ServiceDefaults;

/// <summary>
/// One JSON object a line in the Elastic Common Schema (https://www.elastic.co/guide/en/ecs/current/), as containers log. What the
/// schema has no field for is in <c>labels</c>, in snake case. docs/logs.md lists the fields.
/// </summary>
internal sealed class EcsJsonFormatter : ITextFormatter
{
    private const string EcsVersion = "8.11.0";

    private static readonly MessageTemplateTextFormatter _message = new("{Message:lj}", CultureInfo.InvariantCulture);
    private static readonly string _host = Environment.MachineName;
    private static readonly JsonWriterOptions _json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public void Format(LogEvent logEvent, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(logEvent);
        ArgumentNullException.ThrowIfNull(output);
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, _json))
        {
            Write(logEvent, json);
        }

        output.Write(Encoding.UTF8.GetString(bytes.GetBuffer().AsSpan(0, (int)bytes.Length)));
        output.Write('\n');
    }

    private static void Write(LogEvent logEvent, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("@timestamp", logEvent.Timestamp.UtcDateTime);
        json.WriteString("log.level", LevelOf(logEvent.Level));
        json.WriteString("message", Message(logEvent));
        json.WriteString("ecs.version", EcsVersion);
        json.WriteString("host.hostname", _host);
        json.WriteNumber("process.pid", Environment.ProcessId);
        WriteText(json, "trace.id", logEvent.TraceId?.ToString());
        WriteText(json, "span.id", logEvent.SpanId?.ToString());
        if (logEvent.Exception is { } exception)
        {
            json.WriteString("error.type", exception.GetType().FullName);
            json.WriteString("error.message", exception.Message);
            json.WriteString("error.stack_trace", exception.ToString());
        }

        var written = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, value) in logEvent.Properties)
        {
            var key = KeyOf(name);
            if (key is not null && written.Add(key))
            {
                WriteText(json, key, TextOf(value));
            }
        }

        if (logEvent.Properties.TryGetValue("service", out var service))
        {
            json.WriteString("event.dataset", $"platform.{TextOf(service)}");
        }

        json.WriteEndObject();
    }

    private static string Message(LogEvent logEvent)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        _message.Format(logEvent, text);
        return text.ToString();
    }

    private static string LevelOf(LogEventLevel level) =>
        level switch
        {
            LogEventLevel.Verbose => "trace",
            LogEventLevel.Debug => "debug",
            LogEventLevel.Information => "info",
            LogEventLevel.Warning => "warn",
            LogEventLevel.Error => "error",
            _ => "fatal",
        };

    /// <summary>The field of a property; null for one that is left out.</summary>
    private static string? KeyOf(string name) =>
        name switch
        {
            "service" => "service.name",
            "SourceContext" => "log.logger",
            RequestIdEnricher.Property => "http.request.id",
            "RequestPath" or "Path" => "url.path",
            // Numbers of a source's log entries and of connections: nobody searches for them.
            "EventId" or "ConnectionId" or "Scope" => null,
            _ => $"labels.{JsonNamingPolicy.SnakeCaseLower.ConvertName(name.Replace('.', '_'))}",
        };

    private static string? TextOf(LogEventPropertyValue value) =>
        value is ScalarValue scalar
            ? Convert.ToString(scalar.Value, CultureInfo.InvariantCulture)
            : value.ToString(format: null, CultureInfo.InvariantCulture);

    private static void WriteText(Utf8JsonWriter json, string key, string? value)
    {
        if (value is not null)
        {
            json.WriteString(key, value);
        }
    }
}
