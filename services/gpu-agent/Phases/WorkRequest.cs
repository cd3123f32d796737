using System.Diagnostics;
using System.Net;
using Platform.Contracts.Jobs;
using Platform.GpuAgent.Server;
using Platform.GpuAgent.Staging;

namespace Platform.GpuAgent.Phases;

/// <summary>Requests what an attempt has to run, with the job's token.</summary>
internal static class WorkRequest
{
    private static readonly TimeSpan _refusedLimit = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Repeats the request until it is answered. A refusal counts only if it persists: the service may not have caught
    /// up.
    /// </summary>
    /// <exception cref="StagingFailedException">The platform refuses it.</exception>
    public static async Task<AttemptWork> SendAsync(AttemptContext attempt, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        var services = attempt.Services;
        try
        {
            return await Retry.WhileAsync(
                exception =>
                    exception switch
                    {
                        PlatformUnavailableException => true,
                        PlatformRefusedException refused => refused.Status is not HttpStatusCode.Gone
                            && watch.Elapsed < _refusedLimit,
                        _ => false,
                    },
                ct => services.Jobs.GetWorkAsync(attempt.Key, ct),
                exception =>
                    services.Log.LogWarning("{Attempt} waits for its work: {Reason}", attempt.Key, exception.Message),
                cancellationToken
            );
        }
        catch (PlatformRefusedException exception)
        {
            throw new StagingFailedException(
                EndReasons.CouldNotStart,
                EndingSentences.WorkRefused.With((int)exception.Status, exception.Why)
            );
        }
    }
}
