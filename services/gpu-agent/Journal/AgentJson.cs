using System.Text.Json;
using System.Text.Json.Serialization;
using Platform.Contracts.Artifacts;
using Platform.Contracts.Jobs;
using Platform.Contracts.Nodes;
using Platform.GpuAgent.Membership;

namespace Platform.GpuAgent.Journal;

/// <summary>What the agent writes to its files and exchanges over HTTP.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, UseStringEnumConverter = true)]
[JsonSerializable(typeof(AttemptEntry))]
[JsonSerializable(typeof(AgentIdentity))]
[JsonSerializable(typeof(AttemptWork))]
[JsonSerializable(typeof(LogPosition))]
[JsonSerializable(typeof(ArtifactManifest))]
[JsonSerializable(typeof(CreateVersion))]
[JsonSerializable(typeof(JoinRequest))]
[JsonSerializable(typeof(JoinResponse))]
[JsonSerializable(typeof(NodeHeartbeat))]
[JsonSerializable(typeof(ProblemBody))]
internal sealed partial class AgentJson : JsonSerializerContext;

/// <summary>What of a problem document is worth telling.</summary>
internal sealed record ProblemBody(string? Type, string? Title, string? Detail);
