using Platform.Contracts.Jobs;
using Platform.Contracts.Sentences;
using Platform.GpuAgent.Journal;
using Platform.GpuAgent.Outputs;

namespace Platform.GpuAgent.Phases;

/// <summary><see cref="AttemptPhase.Uploading"/>: stores the outputs of a training that succeeded.</summary>
internal sealed class UploadingPhase : IPhase
{
    public async Task<Outcome> RunAsync(AttemptContext attempt, CancellationToken cancellationToken)
    {
        var end = attempt.Entry.End!;
        if (end.Succeeded)
        {
            var work = attempt.Entry.Work!;
            var kept = await attempt.Services.Outputs.RunAsync(attempt.Key, attempt.Folder, work, cancellationToken);
            end = With(end, kept);
        }

        return entry => entry.Stored(end);
    }

    private static AttemptEnd With(AttemptEnd end, OutputsKept kept) =>
        (end with { Reason = kept.Refusal is null ? end.Reason : EndReasons.OutputRefused }).Saying(
            Sentence.Join(kept.Refusal, kept.Note, end.Said)
        );
}
