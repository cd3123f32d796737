using MassTransit;
using MassTransit.Context;
using MassTransit.Middleware;
using MassTransit.Saga;

namespace Platform.Messaging.Sagas;

/// <summary>The repository as one message sees it.</summary>
internal sealed class SagaMessageContext<TInstance, TMessage>(
    SagaSession<TInstance> session,
    ConsumeContext<TMessage> message,
    ISagaConsumeContextFactory<SagaSession<TInstance>, TInstance> contexts
) : ConsumeContextScope<TMessage>(message, session), SagaRepositoryContext<TInstance, TMessage>
    where TInstance : class, IDeadlineSaga
    where TMessage : class
{
    private readonly ConsumeContext<TMessage> _message = message;

    public Task<SagaConsumeContext<TInstance, T>> CreateSagaConsumeContext<T>(
        ConsumeContext<T> consumeContext,
        TInstance instance,
        SagaConsumeContextMode mode
    )
        where T : class => contexts.CreateSagaConsumeContext(session, consumeContext, instance, mode);

    public Task<SagaConsumeContext<TInstance, TMessage>> Add(TInstance instance) =>
        CreateSagaConsumeContext(_message, instance, SagaConsumeContextMode.Add);

    /// <summary>Null when the saga exists: MassTransit then loads it.</summary>
    public async Task<SagaConsumeContext<TInstance, TMessage>> Insert(TInstance instance) =>
        await session.TryInsertAsync(instance, CancellationToken)
            ? await CreateSagaConsumeContext(_message, instance, SagaConsumeContextMode.Insert)
            : null!;

    /// <summary>Null when there is no such saga.</summary>
    public async Task<SagaConsumeContext<TInstance, TMessage>> Load(Guid correlationId) =>
        await session.LoadAsync(correlationId, CancellationToken) is { } instance
            ? await CreateSagaConsumeContext(_message, instance, SagaConsumeContextMode.Load)
            : null!;

    /// <summary>Stores a new saga; a quicker first message is a conflict, whose retry finds the winner.</summary>
    public async Task Save(SagaConsumeContext<TInstance> context)
    {
        if (!await session.TryInsertAsync(context.Saga, CancellationToken))
        {
            throw session.Conflict(context.Saga.CorrelationId);
        }
    }

    public Task Update(SagaConsumeContext<TInstance> context) => session.UpdateAsync(context.Saga, CancellationToken);

    public Task Delete(SagaConsumeContext<TInstance> context) => session.DeleteAsync(context.Saga, CancellationToken);

    public Task Discard(SagaConsumeContext<TInstance> context) => Task.CompletedTask;

    public Task Undo(SagaConsumeContext<TInstance> context) => Task.CompletedTask;
}

/// <summary>The repository as a reader outside of messages sees it.</summary>
internal sealed class SagaReadContext<TInstance>(SagaSession<TInstance> session, CancellationToken cancellationToken)
    : BasePipeContext(cancellationToken),
        LoadSagaRepositoryContext<TInstance>
    where TInstance : class, IDeadlineSaga
{
    public async Task<TInstance> Load(Guid correlationId) =>
        (await session.LoadAsync(correlationId, CancellationToken))!;
}
