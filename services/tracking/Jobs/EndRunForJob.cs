using MassTransit;
using Platform.Contracts.Jobs;
using Platform.EventStore;
using Platform.Messaging;
using Platform.ServiceDefaults;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Jobs;

/// <summary>Ends the runs of a job with the job, unless the training has ended them itself.</summary>
internal sealed class EndRunForJob(RunHandler handler, TrackingStore store) : IConsumer<JobEndedMessage>
{
    public async Task Consume(ConsumeContext<JobEndedMessage> context)
    {
        var job = context.Message;
        var status = job.Status switch
        {
            "succeeded" => RunStatus.Finished,
            "cancelled" => RunStatus.Interrupted,
            _ => RunStatus.Failed,
        };
        await EndAsync(job.RunId.ToString("D"), context, status);
        foreach (var id in await FindOthersAsync(job.JobId, job.RunId, context.CancellationToken))
        {
            await EndAsync(id, context, status);
        }
    }

    private Task<Outcome<Run, RunEvent>> EndAsync(
        string runId,
        ConsumeContext<JobEndedMessage> context,
        RunStatus status
    )
    {
        var job = context.Message;
        return handler.HandleAsync(
            runId,
            new EndJob(job.JobId, job.Attempt, status, job.EndedAt),
            context.EventMetadata(Caller.Service("jobs").Subject, job.JobId.ToString("D")),
            ifVersion: null,
            context.CancellationToken
        );
    }

    /// <summary>The runs that the training started besides its job's, and left open.</summary>
    private async Task<IReadOnlyList<string>> FindOthersAsync(
        Guid jobId,
        Guid runId,
        CancellationToken cancellationToken
    )
    {
        await using var command = store.DataSource.CreateCommand(
            "select id from run where job_id = $1 and id <> $2 and status in ('scheduled', 'running')"
        );
        command.Parameters.Add(new() { Value = jobId });
        command.Parameters.Add(new() { Value = runId.ToString("D") });
        return await command.ReadColumnAsync<string>(cancellationToken);
    }
}
