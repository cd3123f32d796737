using System.Collections.Concurrent;
using MassTransit;
using Platform.Contracts.Agents;
using Platform.Contracts.Jobs;
using Platform.Contracts.Nodes;
using Platform.GpuAgent.Journal;
using Platform.Messaging;

namespace Platform.GpuAgent.Tests.Harness;

/// <summary>The reports that the platform's services receive from agents, with their answers.</summary>
internal sealed class ReportLog
{
    /// <summary>While unset, reports are received but not answered as recorded.</summary>
    public volatile bool Records = true;

    public ConcurrentQueue<ProcessStarted> Started { get; } = new();

    public ConcurrentQueue<ProcessExited> Exited { get; } = new();

    public ConcurrentQueue<NodeHeartbeat> Heartbeats { get; } = new();

    public Task<ProcessStarted> StartedAsync(Guid jobId, int attempt = 1) =>
        ReceivedAsync(Started, started => started.JobId == jobId && started.Attempt == attempt, "the start");

    public Task<ProcessExited> ExitedAsync(Guid jobId, int attempt = 1) =>
        ReceivedAsync(Exited, exited => exited.JobId == jobId && exited.Attempt == attempt, "the end");

    /// <summary>The end of exactly this attempt and rank.</summary>
    public Task<ProcessExited> ExitedAsync(AttemptWork work) =>
        ReceivedAsync(
            Exited,
            exited => new AttemptKey(exited.JobId, exited.Attempt, exited.Rank) == work.Key(),
            $"the end of {work.Key()}"
        );

    /// <summary>The start of exactly this attempt and rank.</summary>
    public Task<ProcessStarted> StartedAsync(AttemptWork work) =>
        ReceivedAsync(
            Started,
            started => new AttemptKey(started.JobId, started.Attempt, started.Rank) == work.Key(),
            $"the start of {work.Key()}"
        );

    private static async Task<T> ReceivedAsync<T>(ConcurrentQueue<T> received, Func<T, bool> wanted, string what)
        where T : class
    {
        await WaitFor.ConditionAsync($"the report of {what}", () => Task.FromResult(received.Any(wanted)));
        return received.First(wanted);
    }
}

internal sealed class RecordReports(ReportLog log)
    : IConsumer<ProcessStarted>,
        IConsumer<ProcessExited>,
        IConsumer<NodeHeartbeat>
{
    public Task Consume(ConsumeContext<ProcessStarted> context)
    {
        log.Started.Enqueue(context.Message);
        return AnswerAsync(context, ReportRecorded.Of(context.Message));
    }

    public Task Consume(ConsumeContext<ProcessExited> context)
    {
        log.Exited.Enqueue(context.Message);
        return AnswerAsync(context, ReportRecorded.Of(context.Message));
    }

    public Task Consume(ConsumeContext<NodeHeartbeat> context)
    {
        log.Heartbeats.Enqueue(context.Message);
        return Task.CompletedTask;
    }

    private async Task AnswerAsync(ConsumeContext context, ReportRecorded answer)
    {
        if (log.Records)
        {
            await context.Send(QueueAddress.Of(AgentQueues.For(answer.NodeId)), answer);
        }
    }
}
