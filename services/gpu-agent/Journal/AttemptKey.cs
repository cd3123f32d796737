namespace Platform.GpuAgent.Journal;

/// <summary>One process of an attempt: the agent's unit of work.</summary>
/// <param name="Rank">The process of a distributed job; 0 for a job of one process.</param>
internal sealed record AttemptKey(Guid JobId, int Attempt, int Rank)
{
    /// <summary>
    /// The rank in a request with an idempotency key: null for rank 0, so that a repeat equals the request that an agent of
    /// release 0.1.0 began.
    /// </summary>
    public int? NamedRank => Rank == 0 ? null : Rank;

    /// <summary>Also the name of its folder. Rank 0 has none in it: release 0.1.0 knew no ranks.</summary>
    public override string ToString() => Rank == 0 ? $"{JobId:N}-{Attempt}" : $"{JobId:N}-{Attempt}-{Rank}";
}
