using MassTransit;
using Platform.Contracts.Agents;
using Platform.GpuAgent.Attempts;

namespace Platform.GpuAgent.Commands;

/// <summary>Receives a stop command; acknowledged once it is in the journal.</summary>
internal sealed class ReceiveStopProcess(AttemptRegistry attempts) : IConsumer<StopProcess>
{
    public Task Consume(ConsumeContext<StopProcess> context) =>
        attempts.StopAsync(context.Message, context.CancellationToken);
}
