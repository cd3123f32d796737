using System.Text.Json;
using System.Text.Json.Serialization;
using Platform.EventStore;

namespace Platform.Artifacts.Versions;

/// <summary>The stored JSON form of this service's events.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(VersionCreated))]
[JsonSerializable(typeof(AliasSet))]
[JsonSerializable(typeof(AliasRemoved))]
[JsonSerializable(typeof(VersionDeleted))]
[JsonSerializable(typeof(VersionRestored))]
[JsonSerializable(typeof(VersionPurged))]
[JsonSerializable(typeof(ModelRegistered))]
[JsonSerializable(typeof(ModelChanged))]
[JsonSerializable(typeof(ModelTagSet))]
[JsonSerializable(typeof(ModelDeleted))]
[JsonSerializable(typeof(VersionChanged))]
[JsonSerializable(typeof(VersionTagSet))]
[JsonSerializable(typeof(RequestContent))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
internal sealed partial class ArtifactJson : JsonSerializerContext
{
    public static void Register(EventTypes events) =>
        events
            .Add("version_created", Default.VersionCreated)
            .Add("alias_set", Default.AliasSet)
            .Add("alias_removed", Default.AliasRemoved)
            .Add("version_deleted", Default.VersionDeleted)
            .Add("version_restored", Default.VersionRestored)
            .Add("version_purged", Default.VersionPurged)
            .Add("model_registered", Default.ModelRegistered)
            .Add("model_changed", Default.ModelChanged)
            .Add("model_tag_set", Default.ModelTagSet)
            .Add("model_deleted", Default.ModelDeleted)
            .Add("version_changed", Default.VersionChanged)
            .Add("version_tag_set", Default.VersionTagSet);
}

/// <summary>The content of a creation request in canonical order: equal requests have equal hashes.</summary>
/// <param name="Rank">Null for rank 0, so that a request that was hashed before there were ranks has the same hash.</param>
internal sealed record RequestContent(
    string Type,
    string? Project,
    string? Description,
    string Digest,
    SortedDictionary<string, string> Metadata,
    IReadOnlyList<string> Aliases,
    Guid? JobId,
    int? Attempt,
    Guid? RunId,
    int? Rank
);
