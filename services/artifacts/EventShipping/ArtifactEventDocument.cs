using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Platform.Artifacts.Versions;
using Platform.ElasticLogs;
using Platform.EventStore;

namespace Platform.Artifacts.EventShipping;

/// <summary>An event of an artifact as a document.</summary>
internal static class ArtifactEventDocument
{
    private const string Dataset = "platform.artifact";

    /// <summary>Makes the document of an event; it has the event's id.</summary>
    public static ElasticDocument Create(StoredEvent stored)
    {
        var e = (ArtifactEvent)stored.Data;
        return EcsDocument.Create(
            stored.Id.ToString("N"),
            Dataset,
            stored.Timestamp,
            $"{stored.StreamId}: {What(e)}",
            json =>
            {
                json.WriteString("event.action", stored.Type);
                json.WriteString("platform.artifact.name", stored.StreamId);
                if (Number(e) is { } number)
                {
                    json.WriteNumber("platform.artifact.version", number);
                }

                if (e is VersionCreated version)
                {
                    WriteVersion(json, version);
                }

                WriteCause(json, stored);
            }
        );
    }

    private static void WriteVersion(Utf8JsonWriter json, VersionCreated version)
    {
        json.WriteString("platform.artifact.type", version.Type);
        json.WriteNumber("platform.artifact.size", version.Size);
        json.WriteNumber("platform.artifact.files", version.FileCount);
        if (version.Project is { } project)
        {
            json.WriteString("platform.artifact.project", project);
        }

        if (version.JobId is { } job)
        {
            json.WriteString("platform.job.id", job);
        }

        if (version.Attempt is { } attempt)
        {
            json.WriteNumber("platform.job.attempt", attempt);
        }

        if (version.RunId is { } run)
        {
            json.WriteString("platform.run.id", run);
        }
    }

    private static void WriteCause(Utf8JsonWriter json, StoredEvent stored)
    {
        if (stored.Actor() is { } actor)
        {
            json.WriteString("user.name", actor);
        }

        if (RequestId.Of(stored) is { } request)
        {
            json.WriteString("http.request.id", request);
        }

        if (ActivityContext.TryParse(stored.TraceParent(), traceState: null, out var trace))
        {
            json.WriteString("trace.id", trace.TraceId.ToHexString());
        }
    }

    private static int? Number(ArtifactEvent e) =>
        e switch
        {
            VersionCreated created => created.Number,
            AliasSet alias => alias.Number,
            VersionDeleted deleted => deleted.Number,
            VersionRestored restored => restored.Number,
            VersionPurged purged => purged.Number,
            VersionChanged changed => changed.Number,
            VersionTagSet tag => tag.Number,
            _ => null,
        };

    private static string What(ArtifactEvent e) =>
        e switch
        {
            VersionCreated created => Text(
                $"version {created.Number} created, {created.FileCount} files, {created.Size} bytes"
            ),
            AliasSet alias => Text($"alias {alias.Alias} set to version {alias.Number}"),
            AliasRemoved alias => $"alias {alias.Alias} removed",
            VersionDeleted { Reason: { } reason } deleted => Text($"version {deleted.Number} deleted: {reason}"),
            VersionDeleted deleted => Text($"version {deleted.Number} deleted"),
            VersionRestored restored => Text($"version {restored.Number} restored"),
            VersionPurged purged => Text($"version {purged.Number} purged"),
            ModelRegistered => "registered as a model",
            ModelChanged => "model changed",
            ModelTagSet tag => $"tag {tag.Key} of the model {(tag.Value is null ? "removed" : "set")}",
            ModelDeleted => "removed from the models",
            VersionChanged { Stage: { } stage } changed => Text($"version {changed.Number} moved to stage {stage}"),
            VersionChanged changed => Text($"version {changed.Number} changed"),
            VersionTagSet tag => Text(
                $"tag {tag.Key} of version {tag.Number} {(tag.Value is null ? "removed" : "set")}"
            ),
            _ => throw new UnreachableException($"No text for {e.GetType().Name}."),
        };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
