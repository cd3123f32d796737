using MassTransit;
using Platform.Contracts.Jobs;
using Platform.Contracts.Sentences;
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
                    FieldErrors.Of("job.parentId", JobRequestSentences.ParentTakesNone)
                ),
                SubmissionResult.KeyTaken => RefuseAsync(context, FieldErrors.Of("jobId", JobRequestSentences.IdTaken)),
                SubmissionResult.DiskFull => RefuseAsync(
                    context,
                    FieldErrors.Of("job", DiskSentences.Of(submission.FullDisk!))
                ),
                var result => context.RespondAsync(
                    new JobSubmissionAccepted { JobId = submission.JobId, IsNew = result is SubmissionResult.Created }
                ),
            }
        );
    }

    private static FieldErrors Check(Contracts.Jobs.SubmitJob command, out JobSpec? spec)
    {
        spec = null;
        if (command.JobId == Guid.Empty)
        {
            return FieldErrors.Of("jobId", JobRequestSentences.Empty);
        }

        if (
            command.SubmittedBy is not { Length: > 0 and <= MaxSubjectLength }
            || !ClientText.IsOneLine(command.SubmittedBy)
        )
        {
            return FieldErrors.Of("submittedBy", JobRequestSentences.Subject.With(MaxSubjectLength));
        }

        if (command.Job is null)
        {
            return FieldErrors.Of("job", JobRequestSentences.Missing);
        }

        spec = JobRequestCheck.Check(command.Job, out var errors);
        return errors.Below("job.");
    }

    private static Task RefuseAsync(ConsumeContext<Contracts.Jobs.SubmitJob> context, FieldErrors errors) =>
        context.RespondAsync(
            new JobSubmissionRefused
            {
                JobId = context.Message.JobId,
                Errors = errors.Texts,
                ErrorCodes = errors.Codes,
            }
        );
}
