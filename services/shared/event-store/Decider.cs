namespace Platform.EventStore;

/// <summary>How the state of one stream type is folded from its events.</summary>
/// <param name="StreamType">The alias kept in <c>mt_streams.type</c>, such as <c>job</c>.</param>
/// <param name="Initial">The state before the first event.</param>
/// <param name="Evolve">Applies one event; pure, total on known events, never validates.</param>
public sealed record Decider<TState, TEvent>(string StreamType, TState Initial, Func<TState, TEvent, TState> Evolve)
    where TState : notnull
    where TEvent : notnull;

/// <summary>What came of a decision once it was stored.</summary>
/// <param name="State">The stream's state afterwards.</param>
/// <param name="Version">The stream's version afterwards; 0 when the stream does not exist.</param>
/// <param name="Events">The events that were appended; empty for <em>nothing</em> and for a refusal.</param>
/// <param name="Refusal">Set when the command was refused.</param>
public sealed record Outcome<TState, TEvent>(TState State, long Version, IReadOnlyList<TEvent> Events, Refusal? Refusal)
{
    /// <summary>True when the command was not refused.</summary>
    public bool IsAccepted => Refusal is null;
}
