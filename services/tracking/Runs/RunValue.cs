using System.Text.Json;
using System.Text.Json.Serialization;

namespace Platform.Tracking.Runs;

/// <summary>A parameter's or summary's value: any JSON value, kept as it was sent. JSON null in a change means removal.</summary>
[JsonConverter(typeof(RunValueConverter))]
internal readonly struct RunValue(JsonElement json) : IEquatable<RunValue>
{
    public JsonElement Json { get; } = json;

    public bool IsNull => Json.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined;

    public static RunValue Of<T>(T value) => new(JsonSerializer.SerializeToElement(value));

    /// <summary>The same value, however it is written: <c>1e2</c> equals <c>100</c>, as the log stores it.</summary>
    public bool Equals(RunValue other) => JsonElement.DeepEquals(Json, other.Json);

    public override bool Equals(object? obj) => obj is RunValue other && Equals(other);

    public override int GetHashCode() => Json.ValueKind.GetHashCode();

    public override string ToString() => Json.GetRawText();
}

internal sealed class RunValueConverter : JsonConverter<RunValue>
{
    public override bool HandleNull => true;

    public override RunValue Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new(JsonElement.ParseValue(ref reader));

    public override void Write(Utf8JsonWriter writer, RunValue value, JsonSerializerOptions options) =>
        value.Json.WriteTo(writer);
}
