using Platform.Contracts.Jobs;
using Platform.EventStore;
using Platform.Jobs.Browsing;
using Platform.Jobs.Coordination;
using Platform.Jobs.Groups;
using Platform.Jobs.Training;
using Platform.Messaging;
using Platform.ServiceDefaults;
using Steps = Platform.Jobs.Coordination.JobCoordinationStateMachine;

namespace Platform.Jobs;

/// <summary>The messages that a job's events publish to other services.</summary>
internal sealed class JobsMessages(JobReader reader) : IEventMessages
{
    public async ValueTask<object?> ToMessageAsync(StoredEvent stored, CancellationToken cancellationToken)
    {
        var jobId = Guid.Parse(stored.StreamId);
        return stored.Data switch
        {
            JobSubmitted e => Submitted(e, stored),
            // JobSubmittedMessage stands for the first attempt.
            JobQueued { Attempt: > 1 } e => await QueuedAsync(jobId, e, cancellationToken),
            JobPlaced e => await PlacedAsync(jobId, e, cancellationToken),
            JobStarted e => new JobStartedMessage
            {
                JobId = jobId,
                RunId = e.RunId,
                Attempt = e.Attempt,
                StartedAt = e.At,
                TimeoutAt = e.TimeoutAt,
                Rank = e.Rank,
            },
            RankStarted e => new RankStartedMessage
            {
                JobId = jobId,
                Attempt = e.Attempt,
                Rank = e.Rank,
                StartedAt = e.At,
            },
            StopRequested e => new StopRequestedMessage
            {
                JobId = jobId,
                Attempt = e.Attempt,
                Reason = e.Reason,
            },
            JobSucceeded e => Ended(jobId, e.RunId, e.Attempt, "succeeded", EndReasons.ExitCode, 0, e.At),
            JobFailed e => Ended(jobId, e.RunId, e.Attempt, "failed", e.Reason, e.ExitCode, e.At),
            JobCancelled e => Ended(jobId, e.RunId, e.Attempt, "cancelled", EndReasons.Cancelled, e.ExitCode, e.At),
            JobDeleted { Attempt: > 0 } e => new JobDeletedMessage
            {
                JobId = jobId,
                Attempt = e.Attempt,
                DeletedAt = e.At,
            },
            JobPurged e => new JobPurgedMessage { JobId = jobId, PurgedAt = e.At },
            _ => null,
        };
    }

    /// <summary>
    /// An attempt's first placement request and first start command, which the saga repeats until it is answered; and the
    /// cancellation of what belongs to a cancelled job.
    /// </summary>
    public async ValueTask<IReadOnlyList<OutgoingCommand>> ToCommandsAsync(
        StoredEvent stored,
        CancellationToken cancellationToken
    )
    {
        switch (stored.Data)
        {
            case JobSubmitted e:
                return Pending(
                    new JobCoordination().Begin(Submitted(e, stored)),
                    e.JobId,
                    nameof(Steps.AwaitingPlacement)
                );
            case JobQueued { Attempt: > 1 } e:
                if (await QueuedAsync(Guid.Parse(stored.StreamId), e, cancellationToken) is not { } queued)
                {
                    return [];
                }

                return Pending(new JobCoordination().Begin(queued), queued.JobId, nameof(Steps.AwaitingPlacement));
            case JobPlaced e:
                var jobId = Guid.Parse(stored.StreamId);
                if (await reader.FindSpecAsync(jobId, cancellationToken) is not { } submission)
                {
                    return [];
                }

                var placed = new JobCoordination
                {
                    Attempt = e.Attempt,
                    Resources = submission.Spec.Resources,
                    Nodes = e.Nodes,
                    RequestId = submission.RequestId,
                    TraceParent = submission.TraceParent,
                };
                return Pending(placed, jobId, nameof(Steps.Starting));
            case StopRequested { Reason: EndReasons.Cancelled } or JobCancelled:
                return [CancelChildren(stored)];
            default:
                return [];
        }
    }

    private static IReadOnlyList<OutgoingCommand> Pending(JobCoordination job, Guid jobId, string step)
    {
        (job.CorrelationId, job.CurrentState) = (jobId, step);
        return PendingCommands.Of(job, DateTimeOffset.MinValue);
    }

    private static OutgoingCommand CancelChildren(StoredEvent stored) =>
        new(
            new CancelChildren
            {
                ParentId = Guid.Parse(stored.StreamId),
                Actor = stored.Actor() ?? Caller.Service("jobs").Subject,
            }
        );

    private static JobSubmittedMessage Submitted(JobSubmitted e, StoredEvent stored) =>
        new()
        {
            JobId = e.JobId,
            RunId = e.RunId,
            Name = e.Spec.Name,
            Project = e.Spec.Project,
            Resources = e.Spec.Resources,
            Labels = e.Spec.Labels,
            Priority = e.Spec.Priority,
            SubmittedAt = e.At,
            RequestId = RequestId.Of(stored),
            TraceParent = stored.TraceParent(),
        };

    /// <summary>Null when the job was purged meanwhile.</summary>
    private async Task<JobQueuedMessage?> QueuedAsync(Guid jobId, JobQueued e, CancellationToken cancellationToken)
    {
        if (await reader.FindSpecAsync(jobId, cancellationToken) is not { Spec: var spec } submission)
        {
            return null;
        }

        return new JobQueuedMessage
        {
            JobId = jobId,
            Attempt = e.Attempt,
            Resources = spec.Resources,
            Labels = spec.Labels,
            Priority = spec.Priority,
            SubmittedAt = submission.SubmittedAt,
            NotBefore = e.NotBefore > e.At ? e.NotBefore : submission.SubmittedAt,
            RequestId = submission.RequestId,
            TraceParent = submission.TraceParent,
        };
    }

    /// <summary>Null when the job was purged meanwhile.</summary>
    private async Task<JobPlacedMessage?> PlacedAsync(Guid jobId, JobPlaced e, CancellationToken cancellationToken)
    {
        if (await reader.FindSpecAsync(jobId, cancellationToken) is not { Spec: var spec })
        {
            return null;
        }

        var inputs = spec.Inputs.Select(input => input.Artifact);
        return new JobPlacedMessage
        {
            JobId = jobId,
            Attempt = e.Attempt,
            Nodes = e.Nodes,
            Inputs =
            [
                .. (spec.Source is null ? inputs : inputs.Append(spec.Source.Artifact))
                    .Select(NameOf)
                    .Distinct(StringComparer.Ordinal),
            ],
            Outputs = [.. spec.Outputs.Select(output => output.Artifact).Distinct(StringComparer.Ordinal)],
        };
    }

    /// <summary>The artifact of a reference such as <c>name:alias</c>.</summary>
    private static string NameOf(string reference) => reference.Split(':')[0];

    private static JobEndedMessage Ended(
        Guid jobId,
        Guid runId,
        int attempt,
        string status,
        string reason,
        int? exitCode,
        DateTimeOffset at
    ) =>
        new()
        {
            JobId = jobId,
            RunId = runId,
            Attempt = attempt,
            Status = status,
            Reason = reason,
            ExitCode = exitCode,
            EndedAt = at,
        };
}
