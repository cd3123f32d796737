using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Platform.ElasticLogs;

/// <summary>Writes documents with the fields of the Elastic Common Schema.</summary>
public static class EcsDocument
{
    private const string Version = "8.11.0";
    private static readonly JsonWriterOptions _json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes a document.</summary>
    /// <param name="id">See <see cref="ElasticDocument"/>.</param>
    /// <param name="dataset">Its <c>event.dataset</c>, such as <c>platform.job</c>.</param>
    /// <param name="fields">Writes what else it has.</param>
    public static ElasticDocument Create(
        string id,
        string dataset,
        DateTimeOffset at,
        string message,
        Action<Utf8JsonWriter> fields
    )
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(fields);
        var output = new ArrayBufferWriter<byte>(message.Length + 512);
        using var json = new Utf8JsonWriter(output, _json);
        json.WriteStartObject();
        json.WriteString("@timestamp", at.UtcDateTime);
        json.WriteString("message", message);
        json.WriteString("ecs.version", Version);
        json.WriteString("event.dataset", dataset);
        fields(json);
        json.WriteEndObject();
        json.Flush();
        return new ElasticDocument(id, output.WrittenMemory);
    }
}
