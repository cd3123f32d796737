using MassTransit;
using Platform.Contracts.Agents;
using Platform.GpuAgent.Attempts;

namespace Platform.GpuAgent.Commands;

/// <summary>Takes a command to start; acknowledged once it is in the journal.</summary>
internal sealed class ReceiveStartTraining(AttemptRegistry attempts) : IConsumer<StartTraining>
{
    public Task Consume(ConsumeContext<StartTraining> context) =>
        attempts.StartAsync(context.Message, context.CancellationToken);
}
