using Platform.EventStore;
using Platform.ServiceDefaults;

namespace Platform.Jobs.Training;

internal static class JobActors
{
    /// <summary>Who caused an event. Release 0.1.0 kept the caller of a request under another name, and nobody for the rest.</summary>
    public static string? Actor(this StoredEvent stored) =>
        stored.Metadata.Headers?.GetValueOrDefault(RequestMetadata.Actor)
        ?? stored.Metadata.Headers?.GetValueOrDefault("subject");
}
