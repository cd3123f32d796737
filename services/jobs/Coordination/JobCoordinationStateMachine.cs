using MassTransit;
using Microsoft.Extensions.Options;
using Platform.Contracts.Jobs;
using Platform.Contracts.Nodes;

namespace Platform.Jobs.Coordination;

/// <summary>
/// Coordinates a job from submission to release: it sends each command again until the answer is recorded. (The first
/// placement request and the first start command are sent with the event that causes them, before the saga receives it:
/// <see cref="JobsMessages"/>.) A stored placement request is not repeated, however long it waits. It decides nothing: the job's event stream is the truth. It only moves forward, to a
/// later attempt or to a later step of the same one, so that messages may arrive repeatedly and in any order.
/// </summary>
internal sealed partial class JobCoordinationStateMachine : MassTransitStateMachine<JobCoordination>
{
    /// <summary>The saga's queue, and its <c>saga_type</c> in the table.</summary>
    public const string Endpoint = "jobs-training";

    private readonly TimeProvider _clock;
    private readonly JobsOptions _options;
    private readonly RepublishJob _republish;
    private readonly List<string> _steps;

    public JobCoordinationStateMachine(TimeProvider clock, IOptions<JobsOptions> options, RepublishJob republish)
    {
        _republish = republish;
        _clock = clock;
        _options = options.Value;
        _steps =
        [
            Initial.Name,
            nameof(AwaitingPlacement),
            nameof(Starting),
            nameof(Running),
            nameof(Stopping),
            nameof(Releasing),
            nameof(Settled),
        ];
        InstanceState(saga => saga.CurrentState);
        CorrelateEvents();

        Initially(
            When(Submitted).Then(x => Wait(x.Saga.Begin(x.Message))).TransitionTo(AwaitingPlacement),
            When(Queued).Then(x => Wait(x.Saga.Begin(x.Message))).TransitionTo(AwaitingPlacement),
            // The saga was removed or never started; the placement may still exist.
            When(Ended).Then(x => x.Saga.Advance(x.Message.Attempt)).TransitionTo(Releasing).ThenAsync(SendAsync)
        );

        DuringAny(
            Ignore(Submitted),
            When(Queued, x => IsAhead(x.Saga, x.Message.Attempt, AwaitingPlacement))
                .Then(x => Wait(x.Saga.Begin(x.Message)))
                .TransitionTo(AwaitingPlacement),
            When(Placed, x => x.Saga.Resources is not null && IsAhead(x.Saga, x.Message.Attempt, Starting))
                .Then(x => x.Saga.Advance(x.Message.Attempt).Nodes = x.Message.Nodes)
                .Then(x => Wait(x.Saga))
                .TransitionTo(Starting),
            // It arrived after its successors: only the nodes, for a stop, are new.
            When(Placed, x => x.Saga.Attempt == x.Message.Attempt && x.Saga.Nodes.Count == 0)
                .Then(x => x.Saga.Nodes = x.Message.Nodes),
            When(Started, x => IsAhead(x.Saga, x.Message.Attempt, Running))
                .Then(x => x.Saga.Advance(x.Message.Attempt).TimeoutAt = x.Message.TimeoutAt)
                .Then(x => x.Saga.AddStarted(x.Message.Rank))
                .Then(x => WaitWhileRunning(x.Saga))
                .TransitionTo(Running),
            When(RankStarted, x => x.Saga.Attempt == x.Message.Attempt).Then(x => x.Saga.AddStarted(x.Message.Rank)),
            When(StopRequested, x => IsAhead(x.Saga, x.Message.Attempt, Stopping))
                .Then(x => x.Saga.Advance(x.Message.Attempt).StopReason = x.Message.Reason)
                .TransitionTo(Stopping)
                .ThenAsync(SendAsync),
            When(Ended, x => IsAhead(x.Saga, x.Message.Attempt, Releasing))
                .Then(x => x.Saga.Advance(x.Message.Attempt))
                .TransitionTo(Releasing)
                .ThenAsync(SendAsync)
        );

        // The request is stored there: its answer comes without another.
        During(
            AwaitingPlacement,
            When(Waiting, x => x.Saga.Attempt == x.Message.Attempt).Then(x => x.Saga.DueAt = null)
        );
        During([Starting, Running, Stopping, Releasing, Settled], Ignore(Waiting));

        During(
            Releasing,
            When(Released, x => x.Saga.Attempt == x.Message.Attempt)
                .Then(x => x.Saga.DueAt = _clock.GetUtcNow() + _options.KeepSettled)
                .TransitionTo(Settled)
        );
        // An earlier attempt's placement is released while a later one is under way.
        During([AwaitingPlacement, Starting, Running, Stopping, Settled], Ignore(Released));

        During([AwaitingPlacement, Releasing], When(DeadlinePassed).ThenAsync(RepeatAsync));
        During([Starting, Stopping], When(DeadlinePassed).ThenAsync(RepeatAsync).ThenAsync(ConfirmAsync));
        During(Running, When(DeadlinePassed).ThenAsync(RepeatWhileRunningAsync).ThenAsync(ConfirmAsync));
        During(Settled, Ignore(DeadlinePassed));
    }

    /// <summary>A placement is requested; the job is pending or queued. Without a deadline once the request is known to be stored.</summary>
    public State AwaitingPlacement { get; } = null!;

    /// <summary>Start commands are sent to the agents; the job is placed.</summary>
    public State Starting { get; } = null!;

    /// <summary>The process runs; the placement is confirmed from time to time.</summary>
    public State Running { get; } = null!;

    /// <summary>Stop commands are sent to the agents.</summary>
    public State Stopping { get; } = null!;

    /// <summary>The job has ended; its placement is being released.</summary>
    public State Releasing { get; } = null!;

    /// <summary>Nothing is left to do; kept for <see cref="JobsOptions.KeepSettled"/>, so that late messages find it.</summary>
    public State Settled { get; } = null!;

    public Event<JobSubmittedMessage> Submitted { get; } = null!;
    public Event<JobQueuedMessage> Queued { get; } = null!;
    public Event<JobPlacedMessage> Placed { get; } = null!;
    public Event<JobStartedMessage> Started { get; } = null!;
    public Event<RankStartedMessage> RankStarted { get; } = null!;
    public Event<StopRequestedMessage> StopRequested { get; } = null!;
    public Event<JobEndedMessage> Ended { get; } = null!;
    public Event<PlacementWaitingMessage> Waiting { get; } = null!;
    public Event<PlacementReleasedMessage> Released { get; } = null!;
    public Event<JobDeadlinePassed> DeadlinePassed { get; } = null!;

    /// <summary>
    /// A message may overtake an earlier one that it depends on, and the job may be placed before its saga begins:
    /// without a saga, the job's events are published again. Answers that only a saga waits for are dropped.
    /// </summary>
    private void CorrelateEvents()
    {
        Event(() => Submitted, e => e.CorrelateById(x => x.Message.JobId));
        Event(() => Queued, e => e.CorrelateById(x => x.Message.JobId));
        Event(() => Ended, e => e.CorrelateById(x => x.Message.JobId));
        Event(() => Placed, e => CorrelateOrRepublish(e, x => x.JobId));
        Event(() => Started, e => CorrelateOrRepublish(e, x => x.JobId));
        Event(() => RankStarted, e => CorrelateOrRepublish(e, x => x.JobId));
        Event(() => StopRequested, e => CorrelateOrRepublish(e, x => x.JobId));
        Event(() => Waiting, e => e.CorrelateById(x => x.Message.JobId).OnMissingInstance(m => m.Discard()));
        Event(() => Released, e => e.CorrelateById(x => x.Message.JobId).OnMissingInstance(m => m.Discard()));
        Event(() => DeadlinePassed, e => e.CorrelateById(x => x.Message.JobId).OnMissingInstance(m => m.Discard()));
    }

    private void CorrelateOrRepublish<T>(
        IEventCorrelationConfigurator<JobCoordination, T> correlation,
        Func<T, Guid> jobId
    )
        where T : class =>
        correlation
            .CorrelateById(x => jobId(x.Message))
            .OnMissingInstance(m =>
                m.ExecuteAsync(x => _republish.PublishAsync(x, jobId(x.Message), x.CancellationToken))
            );

    /// <summary>True when an attempt's step comes after the saga's current one.</summary>
    private bool IsAhead(JobCoordination saga, int attempt, State step) =>
        attempt > saga.Attempt
        || (attempt == saga.Attempt && _steps.IndexOf(step.Name) > _steps.IndexOf(saga.CurrentState));
}
