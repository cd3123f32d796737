using MassTransit;
using Platform.Contracts.Agents;
using Platform.GpuAgent.Attempts;

namespace Platform.GpuAgent.Commands;

/// <summary>Receives a start command; acknowledged once it is in the journal.</summary>
internal sealed class ReceiveStartProcess(AttemptRegistry attempts) : IConsumer<StartProcess>
{
    public Task Consume(ConsumeContext<StartProcess> context) =>
        attempts.StartAsync(context.Message, context.CancellationToken);
}
