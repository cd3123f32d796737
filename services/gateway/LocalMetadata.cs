using Platform.EventStore;
using Platform.ServiceDefaults;

namespace Platform.Gateway;

/// <summary>Metadata of events that are appended on the database itself, without a request.</summary>
internal static class LocalMetadata
{
    /// <param name="by">Who causes them; the platform's owner when left out.</param>
    public static EventMetadata Create(string? by = null) =>
        new(
            Headers: new Dictionary<string, string>(StringComparer.Ordinal)
            {
                [StoredEvent.ActorHeader] = by ?? Caller.Local.Subject,
            }
        );
}
