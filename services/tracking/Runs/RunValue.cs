using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Platform.Tracking.Runs;

/// <summary>
/// A parameter or summary value: any JSON value, stored as sent. JSON null in a change removes the key.
/// </summary>
[JsonConverter(typeof(RunValueConverter))]
internal readonly struct RunValue(JsonElement json) : IEquatable<RunValue>
{
    public JsonElement Json { get; } = json;

    public bool IsNull => Json.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined;

    /// <summary>The value as text: that of a text itself, otherwise its JSON.</summary>
    public string Text => Json.ValueKind is JsonValueKind.String ? Json.GetString()! : Json.GetRawText();

    public static RunValue Of<T>(T value) => new(JsonSerializer.SerializeToElement(value));

    /// <summary>Compares values, not their text: <c>1e2</c> equals <c>100</c>, as the event store stores it.</summary>
    public bool Equals(RunValue other) => JsonElement.DeepEquals(Json, other.Json);

    public override bool Equals(object? obj) => obj is RunValue other && Equals(other);

    public override int GetHashCode() => Json.ValueKind.GetHashCode();

    public override string ToString() => Json.GetRawText();
}

internal sealed class RunValueConverter : JsonConverter<RunValue>
{
    public override bool HandleNull => true;

    public override RunValue Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        // Heeds the options, such as whether a field may be doubled: in a request it may not.
        new(JsonMetadataServices.JsonElementConverter.Read(ref reader, typeof(JsonElement), options));

    public override void Write(Utf8JsonWriter writer, RunValue value, JsonSerializerOptions options) =>
        value.Json.WriteTo(writer);
}
