using System.Text.Json;
using System.Text.Json.Serialization;
using Platform.Contracts.Artifacts;
using Platform.Contracts.Jobs;
using Platform.Contracts.Nodes;
using Platform.Contracts.Sentences;

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
/// <param name="Code">Of the detail, with what varies in it.</param>
internal sealed record ProblemBody(
    string? Title,
    string? Detail,
    IReadOnlyDictionary<string, string[]>? Errors,
    string? Code = null,
    IReadOnlyDictionary<string, string>? Args = null,
    IReadOnlyDictionary<string, SentenceCode>? Parts = null
)
{
    private const int MostErrors = 3;

    /// <summary>What it says; null when it has no content.</summary>
    public Sentence? Describe() =>
        Errors is { Count: > 0 }
            ? new Sentence(
                string.Join(
                    " ",
                    Errors.Take(MostErrors).Select(error => $"{error.Key}: {string.Join(" ", error.Value)}")
                ),
                Code: null
            )
        : Detail is not null
            ? new Sentence(
                Detail,
                Code is null
                    ? null
                    : new SentenceCode
                    {
                        Code = Code,
                        Args = Args,
                        Parts = Parts,
                    }
            )
        : Sentence.Of(Title, code: null);
}
