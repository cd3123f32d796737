using System.Diagnostics;

namespace Platform.Sdk;

/// <content>The steps and times of values that are logged without.</content>
public sealed partial class TrackedRun
{
    /// <summary>How long the first value waits for the last step of a run that goes on.</summary>
    private static readonly TimeSpan LongestWaitForStep = TimeSpan.FromSeconds(2);

    private readonly ManualResetEventSlim _isStepKnown = new(initialState: true);
    private readonly long _beganAt = Stopwatch.GetTimestamp();
    private long _nextStep = 1;
    private long _lastTicks;

    /// <summary>The platform says which step of the run is the last; null when it is not there to say so.</summary>
    private void GoOnAfter(long? step)
    {
        lock (_gate)
        {
            if (step is { } last && !_isStepKnown.IsSet)
            {
                _nextStep = Math.Min(Math.Max(_nextStep, last + 1), Records.MaxStep);
            }

            _isStepKnown.Set();
        }
    }

    /// <summary>Waits for the last step of a run that goes on, unless the training says which the next one is.</summary>
    private void AwaitStep(long? step)
    {
        if (_isStepKnown.IsSet)
        {
            return;
        }

        var left = LongestWaitForStep - Stopwatch.GetElapsedTime(_beganAt);
        if (step is null && left > TimeSpan.Zero)
        {
            _isStepKnown.Wait(left);
        }

        GoOnAfter(null);
    }

    /// <summary>Later than every time before, so that two values of one step are two points.</summary>
    private long NextTicks()
    {
        var now = TimeProvider.System.GetUtcNow().UtcTicks;
        _lastTicks = Math.Max(now - (now % TimeSpan.TicksPerMicrosecond), _lastTicks + TimeSpan.TicksPerMicrosecond);
        return _lastTicks;
    }
}
