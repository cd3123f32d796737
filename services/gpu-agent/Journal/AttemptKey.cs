namespace Platform.GpuAgent.Journal;

/// <summary>One attempt: the agent's unit of work.</summary>
internal sealed record AttemptKey(Guid JobId, int Attempt)
{
    /// <summary>Also the name of the attempt's folder.</summary>
    public override string ToString() => $"{JobId:N}-{Attempt}";
}
