namespace Platform.EventStore;

/// <summary>What a decider answers to a command: accept it with events, do nothing, or refuse it.</summary>
/// <typeparam name="TEvent">The base type of the stream's events.</typeparam>
public abstract record Decision<TEvent>
{
    private Decision() { }

    /// <summary>The command is carried out by these events, appended together.</summary>
    public sealed record Accepted(IReadOnlyList<TEvent> Events) : Decision<TEvent>;

    /// <summary>The command was carried out before, or has no effect now: an idempotent repeat.</summary>
    public sealed record NothingToDo : Decision<TEvent>;

    /// <summary>The command is not allowed in this state.</summary>
    public sealed record Refused(Refusal Refusal) : Decision<TEvent>;
}

/// <summary>Why a command was refused.</summary>
/// <param name="Code">A stable, dotted code such as <c>job.invalid-transition</c>; part of the problem type's address.</param>
/// <param name="Message">One sentence for a person, saying what to do about it where that is not obvious.</param>
public sealed record Refusal(string Code, string Message)
{
    /// <summary>The same in the service's own form, from which it is said in other languages. Only carried here.</summary>
    public object? Sentence { get; init; }
}

/// <summary>Creates decisions.</summary>
public static class Decision
{
    /// <summary>Accepts the command with the given events.</summary>
    public static Decision<TEvent> Accept<TEvent>(params IReadOnlyList<TEvent> events) =>
        new Decision<TEvent>.Accepted(events);

    /// <summary>Answers an idempotent repeat.</summary>
    public static Decision<TEvent> Nothing<TEvent>() => new Decision<TEvent>.NothingToDo();

    /// <summary>Refuses the command.</summary>
    public static Decision<TEvent> Refuse<TEvent>(string code, string message) =>
        new Decision<TEvent>.Refused(new Refusal(code, message));
}
