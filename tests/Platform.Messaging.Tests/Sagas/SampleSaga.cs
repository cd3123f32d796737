using System.Collections.Concurrent;
using MassTransit;

namespace Platform.Messaging.Tests.Sagas;

internal sealed record Begin(Guid Id);

internal sealed record Step(Guid Id);

internal sealed record Look(Guid Id);

internal sealed record End(Guid Id);

internal sealed record SampleSagaDue(Guid Id);

/// <summary>Published by the saga for each step it took.</summary>
internal sealed record Stepped(Guid Id, int Steps);

/// <summary>The saga of these tests: it counts steps and the times it was reminded.</summary>
internal sealed class SampleSaga : IDeadlineSaga
{
    public Guid CorrelationId { get; set; }

    public string CurrentState { get; set; } = null!;

    public DateTimeOffset? DueAt { get; set; }

    public int Steps { get; set; }

    public int Reminders { get; set; }
}

/// <summary>Lets a test hold messages between the saga's load and its store.</summary>
internal sealed class Gate
{
    private readonly ConcurrentQueue<TaskCompletionSource> _held = new();
    private int _toHold;
    private int _passed;

    public int Held => _held.Count;

    /// <summary>How many messages came by, held or not.</summary>
    public int Passed => Volatile.Read(ref _passed);

    public void HoldNext(int count) => Volatile.Write(ref _toHold, count);

    public void Release()
    {
        while (_held.TryDequeue(out var held))
        {
            held.SetResult();
        }
    }

    public Task PassAsync()
    {
        Interlocked.Increment(ref _passed);
        if (Interlocked.Decrement(ref _toHold) < 0)
        {
            return Task.CompletedTask;
        }

        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _held.Enqueue(held);
        return held.Task;
    }
}

internal sealed class SampleStateMachine : MassTransitStateMachine<SampleSaga>
{
    public SampleStateMachine(Gate gate, TimeProvider clock)
    {
        InstanceState(x => x.CurrentState);
        Event(() => Begun, e => e.CorrelateById(m => m.Message.Id));
        Event(() => SteppedOn, e => Discarding(e, m => m.Id));
        Event(() => LookedAt, e => Discarding(e, m => m.Id));
        Event(() => Ended, e => Discarding(e, m => m.Id));
        Event(() => Due, e => Discarding(e, m => m.Id));

        Initially(
            When(Begun)
                .ThenAsync(_ => gate.PassAsync())
                .Then(x => x.Saga.DueAt = clock.GetUtcNow() + TimeSpan.FromSeconds(5))
                .Publish(x => new Stepped(x.Saga.CorrelationId, 0))
                .TransitionTo(Waiting)
        );
        During(
            Waiting,
            Ignore(Begun),
            When(SteppedOn)
                .ThenAsync(_ => gate.PassAsync())
                .Then(x => x.Saga.Steps++)
                .Publish(x => new Stepped(x.Saga.CorrelationId, x.Saga.Steps)),
            When(LookedAt).ThenAsync(_ => gate.PassAsync()),
            When(Due)
                .ThenAsync(_ => gate.PassAsync())
                .Then(x =>
                {
                    x.Saga.Reminders++;
                    x.Saga.DueAt = clock.GetUtcNow() + TimeSpan.FromSeconds(5);
                }),
            When(Ended).Finalize()
        );
        SetCompletedWhenFinalized();
    }

    public State Waiting { get; } = null!;
    public Event<Begin> Begun { get; } = null!;
    public Event<Step> SteppedOn { get; } = null!;
    public Event<Look> LookedAt { get; } = null!;
    public Event<End> Ended { get; } = null!;
    public Event<SampleSagaDue> Due { get; } = null!;

    private static void Discarding<T>(IEventCorrelationConfigurator<SampleSaga, T> e, Func<T, Guid> id)
        where T : class
    {
        e.CorrelateById(m => id(m.Message));
        e.OnMissingInstance(m => m.Discard());
    }
}
