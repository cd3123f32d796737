using MassTransit;
using Platform.Contracts.Jobs;
using Platform.Jobs.Training;
using Platform.Messaging;
using Platform.ServiceDefaults;

namespace Platform.Jobs.Submission;

/// <summary>Submits jobs for other services. An invalid job is an answer, not a failure of the message.</summary>
internal sealed class SubmitRequestedJob(JobSubmissions submissions) : IConsumer<Contracts.Jobs.SubmitJob>
{
    private const int MaxSubjectLength = 200;

    public async Task Consume(ConsumeContext<Contracts.Jobs.SubmitJob> context)
    {
        var command = context.Message;
        if (Check(command, out var spec) is { Count: > 0 } errors)
        {
            await RefuseAsync(context, errors);
            return;
        }

        var submission = await submissions.SubmitAsync(
            spec!,
            command.Job.Files,
            $"SubmitJob {command.JobId:D}",
            context.EventMetadata(command.SubmittedBy),
            command.JobId,
            context.CancellationToken
        );
        await (
            submission.Result switch
            {
                SubmissionResult.ParentTakesNone => RefuseAsync(
                    context,
                    Error("job.parentId", JobSubmissions.ParentProblem)
                ),
                SubmissionResult.KeyTaken => RefuseAsync(context, Error("jobId", "Another job has this id.")),
                var result => context.RespondAsync(
                    new JobSubmissionAccepted { JobId = submission.JobId, IsNew = result is SubmissionResult.Created }
                ),
            }
        );
    }

    private static Dictionary<string, string[]> Check(Contracts.Jobs.SubmitJob command, out JobSpec? spec)
    {
        spec = null;
        if (command.JobId == Guid.Empty)
        {
            return Error("jobId", "It is empty.");
        }

        if (
            command.SubmittedBy is not { Length: > 0 and <= MaxSubjectLength }
            || !ClientText.IsOneLine(command.SubmittedBy)
        )
        {
            return Error("submittedBy", $"A subject is one line of 1 to {MaxSubjectLength} characters.");
        }

        if (command.Job is null)
        {
            return Error("job", "It is missing.");
        }

        spec = JobRequestCheck.Check(command.Job, out var errors);
        return errors.ToDictionary(error => $"job.{error.Key}", error => error.Value, StringComparer.Ordinal);
    }

    private static Task RefuseAsync(
        ConsumeContext<Contracts.Jobs.SubmitJob> context,
        IReadOnlyDictionary<string, string[]> errors
    ) => context.RespondAsync(new JobSubmissionRefused { JobId = context.Message.JobId, Errors = errors });

    private static Dictionary<string, string[]> Error(string field, string message) =>
        new(StringComparer.Ordinal) { [field] = [message] };
}
