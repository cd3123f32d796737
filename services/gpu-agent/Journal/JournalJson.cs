using System.Text.Json;
using System.Text.Json.Serialization;

namespace Platform.GpuAgent.Journal;

/// <summary>The types of the journal's files.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, UseStringEnumConverter = true)]
[JsonSerializable(typeof(AttemptEntry))]
internal sealed partial class JournalJson : JsonSerializerContext;
