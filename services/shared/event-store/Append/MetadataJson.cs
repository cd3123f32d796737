using System.Text.Json.Serialization;

namespace Platform.EventStore;

[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class MetadataJson : JsonSerializerContext;
