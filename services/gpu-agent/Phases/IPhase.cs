using Platform.GpuAgent.Journal;

namespace Platform.GpuAgent.Phases;

/// <summary>
/// What follows a phase, as a change of the journal's entry: while a phase runs others change the entry too (a stop,
/// the answer to a report, a gap of the log).
/// </summary>
internal delegate AttemptEntry Outcome(AttemptEntry entry);

/// <summary>
/// One phase of an attempt. It is stateless and may run again from its beginning: the agent can die in it at any
/// instruction.
/// </summary>
internal interface IPhase
{
    /// <returns>Applied to the journal when the phase has ended. A phase that throws is run again.</returns>
    /// <exception cref="OperationCanceledException">The agent stops, or the attempt was fenced.</exception>
    Task<Outcome> RunAsync(AttemptContext attempt, CancellationToken cancellationToken);
}
