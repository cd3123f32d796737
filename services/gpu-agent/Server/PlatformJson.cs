using System.Text.Json;
using System.Text.Json.Serialization;
using Platform.Contracts.Artifacts;
using Platform.Contracts.Jobs;
using Platform.Contracts.Nodes;

namespace Platform.GpuAgent.Server;

/// <summary>The types that the agent exchanges with the platform over HTTP.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, UseStringEnumConverter = true)]
[JsonSerializable(typeof(AttemptWork))]
[JsonSerializable(typeof(LogPosition))]
[JsonSerializable(typeof(ArtifactManifest))]
[JsonSerializable(typeof(CreateVersion))]
[JsonSerializable(typeof(JoinRequest))]
[JsonSerializable(typeof(JoinResponse))]
[JsonSerializable(typeof(BrokerAccess))]
[JsonSerializable(typeof(NodeHeartbeat))]
[JsonSerializable(typeof(ProblemBody))]
internal sealed partial class PlatformJson : JsonSerializerContext;

/// <summary>The parts of a problem document that are reported.</summary>
/// <param name="Errors">What is wrong, by field, where the problem is the request itself.</param>
internal sealed record ProblemBody(string? Title, string? Detail, IReadOnlyDictionary<string, string[]>? Errors)
{
    private const int MostErrors = 3;

    /// <summary>One text; null when it has no content.</summary>
    public string? Describe() =>
        Errors is { Count: > 0 }
            ? string.Join(" ", Errors.Take(MostErrors).Select(error => $"{error.Key}: {string.Join(" ", error.Value)}"))
            : Detail ?? Title;
}
