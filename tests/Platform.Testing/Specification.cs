using Platform.EventStore;
using Xunit;

namespace Platform.Testing;

/// <summary>Given events, when a command, then events or a refusal: the form of every decider test.</summary>
public sealed class Specification<TState, TEvent>
    where TState : notnull
    where TEvent : notnull
{
    private readonly Decider<TState, TEvent> _decider;
    private TState _state;
    private Decision<TEvent>? _decision;

    /// <summary>Starts from the stream's initial state.</summary>
    public Specification(Decider<TState, TEvent> decider)
    {
        ArgumentNullException.ThrowIfNull(decider);
        _decider = decider;
        _state = decider.Initial;
    }

    /// <summary>What happened before.</summary>
    public Specification<TState, TEvent> Given(params IReadOnlyList<TEvent> events)
    {
        ArgumentNullException.ThrowIfNull(events);
        _state = events.Aggregate(_state, _decider.Evolve);
        return this;
    }

    /// <summary>What is decided now.</summary>
    public Specification<TState, TEvent> When(Func<TState, Decision<TEvent>> decide)
    {
        ArgumentNullException.ThrowIfNull(decide);
        _decision = decide(_state);
        return this;
    }

    /// <summary>Expects exactly these events.</summary>
    public void Then(params IReadOnlyList<TEvent> expected)
    {
        ArgumentNullException.ThrowIfNull(expected);
        var accepted = Assert.IsType<Decision<TEvent>.Accepted>(_decision);
        Assert.Equal(expected.Select(e => e.GetType()), accepted.Events.Select(e => e.GetType()));
        // Records that hold lists compare by reference, hence equivalence.
        Assert.Equivalent(expected, accepted.Events, strict: true);
    }

    /// <summary>Expects an idempotent repeat.</summary>
    public void ThenNothing() => Assert.IsType<Decision<TEvent>.NothingToDo>(_decision);

    /// <summary>Expects a refusal with this code.</summary>
    public void ThenRefused(string code) =>
        Assert.Equal(code, Assert.IsType<Decision<TEvent>.Refused>(_decision).Refusal.Code);
}
