using Platform.Contracts.Agents;
using Platform.Contracts.Jobs;
using Platform.GpuAgent.Journal;

namespace Platform.GpuAgent.Attempts;

/// <summary>From the end of the process to the last report.</summary>
internal sealed partial class Attempt
{
    private static readonly TimeSpan _startedFirst = TimeSpan.FromSeconds(2);

    private DateTimeOffset Now => _services.Clock.GetUtcNow();

    private void EndAsStopped()
    {
        var stop = Entry.Stop!;
        End(new AttemptEnd(stop.Reason, null, stop.Detail ?? "It was stopped before it started.", Now));
    }

    private void End(AttemptEnd end)
    {
        _journal.Note(entry => entry with { Phase = AttemptPhase.Exited, End = end });
        _services.Log.LogInformation(
            "{Attempt} ended: {Reason} {Detail}",
            Key,
            end.Reason,
            end.Detail ?? $"{end.ExitCode}"
        );
    }

    private async Task SettleAsync(CancellationToken lease)
    {
        var end = Entry.End!;
        if (!await _processes.StopAsync(_services.Options.Grace, lease))
        {
            _services.Log.LogError("Processes of {Attempt} cannot be killed", Key);
        }

        if (!await _shipper.FinishAsync(lease))
        {
            _services.Log.LogError("The platform refused the rest of the log of {Attempt}", Key);
        }

        if (!end.Succeeded && Entry.Started is not null)
        {
            await Checkpoints.FinishAsync(endedBySignal: end.ExitCode is null, EndedAtUtc, lease);
        }

        _journal.Note(entry => entry with { Phase = AttemptPhase.Uploading });
    }

    private async Task UploadAsync(CancellationToken lease)
    {
        var end = Entry.End!;
        if (end.Succeeded)
        {
            var kept = await _services.Outputs.RunAsync(Folder, Entry.Work!, lease);
            end = kept.Refusal is { } refusal
                ? end with
                {
                    Reason = EndReasons.OutputRefused,
                    Detail = kept.Note is null ? refusal : $"{refusal} {kept.Note}",
                }
                : end with
                {
                    Detail = kept.Note,
                };
        }

        _journal.Note(entry =>
            entry with
            {
                Phase = AttemptPhase.Reporting,
                End = end,
                Exited = ReportOf(entry.Command, end),
            }
        );
    }

    private async Task ReportAsync(CancellationToken lease)
    {
        var tries = 0;
        while (Entry.Phase is AttemptPhase.Reporting)
        {
            if (Entry is { Started: { } started, StartedRecorded: false })
            {
                // The start is reported first: recorded after the end it would be out of date.
                await _services.Reports.TryPublishAsync(started, lease);
                await Task.WhenAny(_startedRecorded.Task, Task.Delay(_startedFirst, lease));
            }

            await _services.Reports.TryPublishAsync(Entry.Exited!, lease);
            var pause = TimeSpan.FromSeconds(Math.Min(10, 2 + tries++));
            await Task.WhenAny(_exitedRecorded.Task, Task.Delay(pause, lease));
            lease.ThrowIfCancellationRequested();
        }
    }

    /// <summary>The last report of an attempt.</summary>
    internal static ProcessExited ReportOf(StartProcess command, AttemptEnd end) =>
        new()
        {
            ReportId = Guid.CreateVersion7(),
            NodeId = command.NodeId,
            JobId = command.JobId,
            Attempt = command.Attempt,
            At = end.At,
            ExitCode = end.ExitCode,
            Reason = end.Reason,
            Detail = end.Detail,
        };
}
