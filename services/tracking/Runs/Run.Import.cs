using Platform.EventStore;

namespace Platform.Tracking.Runs;

/// <summary>
/// A run that was tracked elsewhere. It is created as it was when it was exported, but for its end: that comes last, once its points and logs
/// are stored (<see cref="EndImport"/>), so that a run whose import was cut off does not look complete.
/// </summary>
/// <param name="Source">Tells what is imported apart from other runs under the same id.</param>
internal sealed record ImportRun(string Source, string Project, RunStatus Status, DateTimeOffset CreatedAt) : RunCommand
{
    public string? Name { get; init; }
    public Guid? JobId { get; init; }
    public string? ParentId { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }
    public DateTimeOffset? UpdatedAt { get; init; }
    public string? EndReason { get; init; }

    /// <summary>Its values, whatever else describes it, and its primary metric.</summary>
    public required UpdateRun Content { get; init; }

    /// <summary>When it was heard of last.</summary>
    public DateTimeOffset LastAt => UpdatedAt ?? EndedAt ?? StartedAt ?? CreatedAt;

    /// <summary>Its end. One that had not ended counts as interrupted when it was heard of last, since nobody will report its end here.</summary>
    public EndImport ToEnd() =>
        new(Source, IsOver ? Status : RunStatus.Interrupted, EndedAt ?? LastAt) { Reason = EndReason };

    private bool IsOver => Run.IsEnd(Status);
}

/// <summary>Everything of an imported run is stored: it ends as it did. Whatever was done with the run since its import began stays.</summary>
/// <param name="Source">What was imported.</param>
internal sealed record EndImport(string Source, RunStatus Status, DateTimeOffset EndedAt) : RunCommand
{
    public string? Reason { get; init; }
}

internal sealed partial record Run
{
    /// <summary>It has ended before, even if it was started again since.</summary>
    public bool HasEverEnded { get; init; }

    private static Decision<RunEvent> Import(ImportRun c, DateTimeOffset now)
    {
        var updated = Earlier(c.LastAt, now);
        List<RunEvent> events =
        [
            new RunCreated
            {
                Project = c.Project,
                Name = c.Name,
                JobId = c.JobId,
                ParentId = c.ParentId,
                RequestHash = c.Source,
                At = Earlier(c.CreatedAt, now),
            },
        ];
        if (c.StartedAt is { } started)
        {
            events.Add(new RunStarted { At = Earlier(started, now) });
        }

        if (c.Content.PrimaryMetric is { } metric)
        {
            events.Add(
                new PrimaryMetricSet
                {
                    Name = metric.Name,
                    Mode = metric.Mode,
                    At = updated,
                }
            );
        }

        return WithValues(Initial, events, c.Content, updated);
    }

    /// <summary>A training that goes on with the run reports its own end.</summary>
    private Decision<RunEvent> End(EndImport c, DateTimeOffset now) =>
        HasEverEnded
        || LastStartAt is not null
        || Attempt > 0
        || !string.Equals(RequestHash, c.Source, StringComparison.Ordinal)
            ? Decision.Nothing<RunEvent>()
            : Decision.Accept<RunEvent>(
                new RunEnded
                {
                    Status = c.Status,
                    Reason = c.Reason,
                    At = Earlier(c.EndedAt, now),
                }
            );
}
