using MassTransit;
using Platform.Contracts.Agents;
using Platform.Jobs.Logs;
using Platform.Jobs.Training;
using Platform.Messaging;
using Platform.ServiceDefaults;

namespace Platform.Jobs.Attempts;

/// <summary>
/// Records the end of a process and acknowledges the report, even a repeated one or one of an unknown job or a fenced
/// attempt: otherwise the agent would send it forever.
/// </summary>
internal sealed class RecordProcessExited(JobDecisions jobs, LogSignals signals) : IConsumer<ProcessExited>
{
    private const int MaxDetailLength = 2000;

    public async Task Consume(ConsumeContext<ProcessExited> context)
    {
        var exited = context.Message;
        await jobs.HandleAsync(
            exited.JobId,
            new EndRank(
                exited.Attempt,
                exited.Rank,
                exited.NodeId,
                exited.Reason,
                exited.ExitCode,
                Storable(exited.Detail),
                exited.At,
                exited.StartedAt,
                exited.DetailCode?.Storable(MaxDetailLength)
            ),
            context.EventMetadata(Caller.Node(exited.NodeId).Subject, JobDecisions.StreamOf(exited.JobId)),
            cancellationToken: context.CancellationToken
        );
        signals.Pulse(exited.JobId);
        await context.AnswerAsync(ReportRecorded.Of(exited));
    }

    /// <summary>A detail may quote the output of a training, of any length and with any characters.</summary>
    private static string? Storable(string? detail) =>
        detail?[..Math.Min(detail.Length, MaxDetailLength)].Replace('\0', '\uFFFD');
}
