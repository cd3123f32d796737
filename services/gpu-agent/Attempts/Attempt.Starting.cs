using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using Platform.Contracts.Agents;
using Platform.Contracts.Jobs;
using Platform.GpuAgent.Journal;
using Platform.GpuAgent.Linux;
using Platform.GpuAgent.Processes;
using Platform.GpuAgent.Server;
using Platform.GpuAgent.Staging;

namespace Platform.GpuAgent.Attempts;

/// <summary>From the command to the running process.</summary>
internal sealed partial class Attempt
{
    private static readonly TimeSpan _workRefusedLimit = TimeSpan.FromSeconds(30);

    // With the job's token, which is never written to disk.
    private AttemptWork? _work;

    private async Task StageAsync(CancellationToken lease)
    {
        using var wanted = CancellationTokenSource.CreateLinkedTokenSource(lease, _stop.Token);
        try
        {
            var fetching = GetWorkAsync(wanted.Token);
            _journal.Reserve();
            // If a shim was started, the folder was complete and now holds the training's files.
            if (!File.Exists(Folder.Shim))
            {
                await _services.WorkFolder.StageAsync(Folder, fetching, wanted.Token);
            }

            _work = await fetching;

            var search = TrainingEnvironment.For(Entry.Command, _work, _services.Options, Folder)["PATH"];
            if (
                CommandLookup.Problem(_work.Command is [var program, ..] ? program : "", Folder.Work, search) is
                { } problem
            )
            {
                End(new AttemptEnd(EndReasons.CouldNotStart, null, problem, Now));
                return;
            }

            _journal.Note(entry =>
                entry with
                {
                    Phase = AttemptPhase.Starting,
                    Work = _work with { Token = "" },
                    OutOfMemoryKills = ControlGroup.OutOfMemoryKills(),
                }
            );
        }
        catch (StagingFailedException exception)
        {
            End(new AttemptEnd(exception.Reason, null, exception.Message, Now));
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested && !lease.IsCancellationRequested)
        {
            EndAsStopped();
        }
    }

    private async Task StartAsync(CancellationToken lease)
    {
        if (Entry.Stop is not null && ShimClaim.TryTake(Folder))
        {
            EndAsStopped();
            return;
        }

        try
        {
            if (!await LaunchAsync(lease))
            {
                End(new AttemptEnd(EndReasons.CouldNotStart, null, "The process ended before it started.", Now));
                return;
            }
        }
        catch (Win32Exception exception)
        {
            End(new AttemptEnd(EndReasons.CouldNotStart, null, exception.Message, Now));
            return;
        }
        catch (StagingFailedException exception)
        {
            End(new AttemptEnd(exception.Reason, null, exception.Message, Now));
            return;
        }

        _journal.Note(entry =>
            entry with
            {
                Phase = AttemptPhase.Running,
                Started = new ProcessStarted
                {
                    ReportId = Guid.CreateVersion7(),
                    NodeId = entry.Command.NodeId,
                    JobId = entry.Command.JobId,
                    Attempt = entry.Command.Attempt,
                    At = Now,
                },
            }
        );
        _services.Log.LogInformation("{Attempt} is running", Key);
        _services.Shims.Prepare();
    }

    /// <returns>Whether the training has started, now or by an earlier agent.</returns>
    private async Task<bool> LaunchAsync(CancellationToken lease)
    {
        var work = File.Exists(Folder.Shim) ? null : _work ?? await GetWorkAsync(lease);
        await _services.Starts.WaitAsync(lease);
        try
        {
            if (work is not null)
            {
                var environment = TrainingEnvironment.For(Entry.Command, work, _services.Options, Folder);
                _process.Launch(_services.Shims, work.Command, environment);
            }

            return await _process.WaitForStartAsync(lease) is not null;
        }
        finally
        {
            _services.Starts.Release();
        }
    }

    /// <summary>
    /// Requests the work until it is returned. A refusal counts only if it persists: the service may not have caught
    /// up.
    /// </summary>
    private async Task<AttemptWork> GetWorkAsync(CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        try
        {
            return await Retry.WhileAsync(
                exception =>
                    exception switch
                    {
                        PlatformUnavailableException => true,
                        PlatformRefusedException refused => refused.Status is not HttpStatusCode.Gone
                            && watch.Elapsed < _workRefusedLimit,
                        _ => false,
                    },
                ct => _services.Jobs.GetWorkAsync(Key, ct),
                exception => _services.Log.LogWarning("{Attempt} waits for its work: {Reason}", Key, exception.Message),
                cancellationToken
            );
        }
        catch (PlatformRefusedException exception)
        {
            throw new StagingFailedException(
                EndReasons.CouldNotStart,
                $"The platform refused to return what to run. {exception.Message}"
            );
        }
    }
}
