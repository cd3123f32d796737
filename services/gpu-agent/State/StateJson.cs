using System.Text.Json;
using System.Text.Json.Serialization;

namespace Platform.GpuAgent.State;

/// <summary>The types of the state folder's own files.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(AgentIdentity))]
internal sealed partial class StateJson : JsonSerializerContext;
