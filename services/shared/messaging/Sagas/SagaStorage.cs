using MassTransit;
using MassTransit.Saga;

namespace Platform.Messaging.Sagas;

/// <summary>Where MassTransit finds a saga's state: one transaction on the service's table for each message.</summary>
internal sealed class SagaStorage<TInstance, TStore>(
    TStore store,
    SagaRegistration<TInstance> registration,
    ISagaConsumeContextFactory<SagaSession<TInstance>, TInstance> contexts
) : ISagaRepositoryContextFactory<TInstance>, ILoadSagaRepositoryContextFactory<TInstance>
    where TInstance : class, IDeadlineSaga
    where TStore : EventStore.EventStore
{
    public void Probe(ProbeContext context) => context.Add("persistence", "npgsql");

    public async Task Send<T>(ConsumeContext<T> context, IPipe<SagaRepositoryContext<TInstance, T>> next)
        where T : class
    {
        await using var session = await OpenAsync(context.CancellationToken);
        await next.Send(new SagaMessageContext<TInstance, T>(session, context, contexts));
        await session.CommitAsync(context.CancellationToken);
    }

    public Task SendQuery<T>(
        ConsumeContext<T> context,
        ISagaQuery<TInstance> query,
        IPipe<SagaRepositoryQueryContext<TInstance, T>> next
    )
        where T : class =>
        throw new NotSupportedException(
            $"{typeof(TInstance).Name} is correlated by id only; correlate {typeof(T).Name} by its id."
        );

    public async Task<T> Execute<T>(
        Func<LoadSagaRepositoryContext<TInstance>, Task<T>> asyncMethod,
        CancellationToken cancellationToken = default
    )
        where T : class
    {
        await using var session = await OpenAsync(cancellationToken);
        return await asyncMethod(new SagaReadContext<TInstance>(session, cancellationToken));
    }

    private Task<SagaSession<TInstance>> OpenAsync(CancellationToken cancellationToken) =>
        SagaSession<TInstance>.OpenAsync(registration.Endpoint, store.DataSource, cancellationToken);
}
