using Platform.EventStore;

namespace Platform.Tracking.Runs;

/// <summary>
/// A run that was tracked elsewhere. It is created as it was when it was exported; one that had not ended counts as interrupted then, since
/// nobody will report its end here.
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
}

internal sealed partial record Run
{
    private static Decision<RunEvent> Import(ImportRun c, DateTimeOffset now)
    {
        var updated = Earlier(c.UpdatedAt ?? c.EndedAt ?? c.StartedAt ?? c.CreatedAt, now);
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

        var ended = new RunEnded
        {
            Status = IsEnd(c.Status) ? c.Status : RunStatus.Interrupted,
            Reason = c.EndReason,
            At = Earlier(c.EndedAt ?? updated, now),
        };
        return WithValues(Initial, events, c.Content, updated) switch
        {
            Decision<RunEvent>.Accepted accepted => Decision.Accept<RunEvent>([.. accepted.Events, ended]),
            var refused => refused,
        };
    }
}
