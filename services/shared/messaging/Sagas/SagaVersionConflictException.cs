using Platform.EventStore;

namespace Platform.Messaging.Sagas;

/// <summary>Another message changed the saga meanwhile. The endpoint's retry loads it again; nothing was sent.</summary>
public sealed class SagaVersionConflictException(string sagaType, Guid correlationId)
    : LostRaceException($"Saga {sagaType} {correlationId} was changed by another message meanwhile.")
{
    /// <summary>The saga's correlation id.</summary>
    public Guid CorrelationId { get; } = correlationId;
}
