using Platform.EventStore;
using Platform.ServiceDefaults;

namespace Platform.Nodes;

/// <summary>What events remember that nobody asked for: the service itself acts.</summary>
internal static class BackgroundMetadata
{
    private static readonly Dictionary<string, string> _headers = new(StringComparer.Ordinal)
    {
        [StoredEvent.ActorHeader] = Caller.Service("nodes").Subject,
    };

    /// <param name="streamId">The business operation.</param>
    /// <param name="cause">Which part of the service.</param>
    public static EventMetadata Of(Guid streamId, string cause) => new(streamId.ToString(), cause, _headers);
}
