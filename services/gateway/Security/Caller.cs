namespace Platform.Gateway.Security;

internal enum CallerKind
{
    /// <summary>Someone on this machine, where no token is asked for.</summary>
    Local,

    /// <summary>A person's token.</summary>
    Person,

    /// <summary>A node's agent.</summary>
    Node,

    /// <summary>A job's training process.</summary>
    Job,

    /// <summary>No token where one is asked for.</summary>
    Anonymous,
}

/// <summary>Who sends a request.</summary>
/// <param name="Id">The node or job it speaks for.</param>
/// <param name="Attempt">The job's attempt; 0 for others.</param>
/// <param name="ReadOnly">A person who may only look.</param>
/// <param name="Subject">How services and events name it.</param>
internal sealed record Caller(CallerKind Kind, Guid Id, int Attempt, bool ReadOnly, string Subject)
{
    public static Caller Local { get; } = new(CallerKind.Local, Guid.Empty, Attempt: 0, ReadOnly: false, "local");

    public static Caller Anonymous { get; } =
        new(CallerKind.Anonymous, Guid.Empty, Attempt: 0, ReadOnly: true, "anonymous");

    public static Caller Person(string name, string scope) =>
        new(
            CallerKind.Person,
            Guid.Empty,
            Attempt: 0,
            !string.Equals(scope, "admin", StringComparison.Ordinal),
            $"user:{name}"
        );

    public static Caller Node(Guid id) => new(CallerKind.Node, id, Attempt: 0, ReadOnly: false, $"node:{id}");

    public static Caller Job(Guid id, int attempt) => new(CallerKind.Job, id, attempt, ReadOnly: false, $"job:{id}");
}

internal static class CallerFeature
{
    public static Caller Caller(this HttpContext context) =>
        context.Features.Get<Caller>() ?? throw new InvalidOperationException("The gate has not seen this request.");
}
