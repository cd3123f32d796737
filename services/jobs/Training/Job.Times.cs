namespace Platform.Jobs.Training;

/// <summary>The times of an attempt: monotonic, though they come from two clocks.</summary>
internal sealed partial record Job
{
    /// <summary>
    /// How long a process ran is measured by its node's clock alone; where that differs from the clock of this service, the end
    /// moves with the start.
    /// </summary>
    private DateTimeOffset EndOf(JobProcess process, EndRank end, DateTimeOffset now)
    {
        var at =
            process.StartedAt is { } started && end.StartedAt is { } reported ? started + (end.At - reported) : end.At;
        return Within(process.StartedAt ?? PlacedAt, at, now);
    }

    /// <summary>
    /// A node's clock may be wrong: no time in the future is recorded, and none before what it follows.
    /// </summary>
    private static DateTimeOffset Within(DateTimeOffset? from, DateTimeOffset reported, DateTimeOffset now)
    {
        var at = reported < now ? reported.ToUniversalTime() : now;
        return from is { } earliest && at < earliest ? earliest : at;
    }
}
