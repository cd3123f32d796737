using Platform.GpuAgent.Journal;

namespace Platform.GpuAgent.Phases;

/// <summary>
/// <see cref="AttemptPhase.Reporting"/>: repeats the last report until it is recorded; the answer closes the attempt.
/// </summary>
internal sealed class ReportingPhase : IPhase
{
    private static readonly TimeSpan _startedFirst = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan _firstPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan _longestPause = TimeSpan.FromSeconds(10);

    public async Task<Outcome> RunAsync(AttemptContext attempt, CancellationToken cancellationToken)
    {
        var reports = attempt.Services.Reports;
        var pause = _firstPause;
        while (attempt.Entry.Phase is AttemptPhase.Reporting)
        {
            if (attempt.Entry is { Started: { } started, StartedRecorded: false })
            {
                // The start is reported first: recorded after the end it would be out of date.
                await reports.TryPublishAsync(started, cancellationToken);
                await Task.WhenAny(attempt.StartedRecorded, Task.Delay(_startedFirst, cancellationToken));
            }

            await reports.TryPublishAsync(attempt.Entry.Exited!, cancellationToken);
            await Task.WhenAny(attempt.ExitedRecorded, Task.Delay(pause, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
            pause = pause < _longestPause ? pause + TimeSpan.FromSeconds(1) : pause;
        }

        return entry => entry;
    }
}
