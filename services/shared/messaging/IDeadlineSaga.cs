using MassTransit;

namespace Platform.Messaging;

/// <summary>
/// The state of a saga whose every wait has a deadline. <see cref="DueAt"/> is stored beside the state in one transaction
/// and polled; when it has passed, the saga gets its deadline message and sends again what it waits for.
/// </summary>
public interface IDeadlineSaga : SagaStateMachineInstance
{
    /// <summary>When the present wait is over; null while it waits for nothing.</summary>
    DateTimeOffset? DueAt { get; set; }
}
