using System.Text.Json.Serialization;

namespace Platform.EventStore;

/// <summary>The headers of events: as this library reads them, and as Marten writes them.</summary>
[JsonSerializable(typeof(Dictionary<string, string>))]
[JsonSerializable(typeof(Dictionary<string, object>))]
[JsonSerializable(typeof(string))]
internal sealed partial class MetadataJson : JsonSerializerContext;
