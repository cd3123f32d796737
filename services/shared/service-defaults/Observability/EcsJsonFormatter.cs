using System.Text.Json;
using Serilog.Events;
using Serilog.Formatting;

namespace Platform.ServiceDefaults;

/// <summary>One JSON object a line in the Elastic Common Schema (https://www.elastic.co/guide/en/ecs/current/), as containers log.</summary>
internal sealed class EcsJsonFormatter : ITextFormatter
{
    public void Format(LogEvent logEvent, TextWriter output)
    {
        var fields = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["@timestamp"] = logEvent.Timestamp.UtcDateTime,
            ["log.level"] = logEvent.Level.ToString().ToLowerInvariant(),
            ["message"] = logEvent.RenderMessage(),
            ["ecs.version"] = "8.11.0",
            ["trace.id"] = logEvent.TraceId?.ToString(),
            ["span.id"] = logEvent.SpanId?.ToString(),
            ["error.type"] = logEvent.Exception?.GetType().FullName,
            ["error.message"] = logEvent.Exception?.Message,
            ["error.stack_trace"] = logEvent.Exception?.ToString(),
        };
        foreach (var (name, value) in logEvent.Properties)
        {
            var key = name switch
            {
                "service" => "service.name",
                "SourceContext" => "log.logger",
                _ => $"labels.{name}",
            };
            fields[key] = value is ScalarValue scalar ? scalar.Value?.ToString() : value.ToString();
        }

        output.WriteLine(JsonSerializer.Serialize(fields.Where(field => field.Value is not null).ToDictionary()));
    }
}
