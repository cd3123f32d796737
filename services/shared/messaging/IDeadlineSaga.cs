using MassTransit;

namespace Platform.Messaging;

/// <summary>
/// The state of a saga whose every wait has a deadline. <see cref="DueAt"/> is stored beside the state in one transaction
/// and polled; when it has passed, the saga gets its deadline message and sends again what it waits for. A saga that answers
/// its deadline without a new <see cref="DueAt"/> gets it again after 30 s. One that is settled is deleted instead.
/// </summary>
public interface IDeadlineSaga : SagaStateMachineInstance
{
    /// <summary>The state machine's state; mirrored in the table's column <c>state</c>.</summary>
    string CurrentState { get; }

    /// <summary>When the present wait is over; null while it waits for nothing.</summary>
    DateTimeOffset? DueAt { get; set; }
}
