using System.Diagnostics;
using Platform.GpuAgent.Journal;
using Platform.GpuAgent.Linux;

namespace Platform.GpuAgent.Processes;

/// <summary>How a training's process ended.</summary>
internal abstract record ProcessOutcome
{
    /// <summary>It ended; codes above 128 are signals.</summary>
    internal sealed record Exited(int Code) : ProcessOutcome;

    /// <summary>The system refused to execute the command; the reason is in the log.</summary>
    internal sealed record NotStarted : ProcessOutcome;

    /// <summary>It ended and its exit code was not recorded.</summary>
    internal sealed record Vanished(bool MachineRestarted) : ProcessOutcome;
}

/// <summary>
/// One attempt's process, started through the shim and tracked by the files that the shim writes, so it makes no
/// difference whether this agent or an earlier one started it.
/// </summary>
internal sealed class TrainingProcess(AttemptFolder folder)
{
    private static readonly TimeSpan _poll = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan _claimLimit = TimeSpan.FromSeconds(10);
    private const int MaxShims = 3;

    private Process? _shim;

    /// <summary>
    /// Starts the training and waits until it has an identity. A shim that ended before it claimed the attempt has started
    /// nothing, so that another takes its place; should it claim it yet, the other ends by itself.
    /// </summary>
    /// <returns>Null when it never got one.</returns>
    /// <inheritdoc cref="Shims.Start" path="/exception"/>
    public async Task<ProcessIdentity?> StartAsync(
        Shims shims,
        IReadOnlyList<string> command,
        IReadOnlyDictionary<string, string> environment,
        JobGroup? group,
        CancellationToken cancellationToken
    )
    {
        for (var number = 1; ; number++)
        {
            _shim = shims.Start(folder, command, environment, group);
            var training = await WaitForStartAsync(cancellationToken);
            if (training is not null || File.Exists(folder.Shim) || number == MaxShims)
            {
                return training;
            }
        }
    }

    /// <summary>Waits until the training has an identity.</summary>
    /// <returns>Null when it never got one.</returns>
    public async Task<ProcessIdentity?> WaitForStartAsync(CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            if (ProcessIdentity.Read(folder.Process) is { } training)
            {
                return training;
            }

            var shim = ProcessIdentity.Read(folder.Shim);
            var hasFailed = shim is not null
                ? !shim.IsAlive
                : _shim is { HasExited: true } || watch.Elapsed > _claimLimit;
            if (hasFailed)
            {
                return ProcessIdentity.Read(folder.Process);
            }

            await Task.Delay(1, cancellationToken);
        }
    }

    /// <summary>Waits for the end.</summary>
    public async Task<ProcessOutcome> WaitForExitAsync(CancellationToken cancellationToken)
    {
        var exited = _shim?.WaitForExitAsync(cancellationToken);
        while (true)
        {
            var trains = IsTrainingAlive;
            var running = trains || ProcessIdentity.Read(folder.Shim)?.IsAlive is true;
            // A training can write a code itself; it counts once the training has ended.
            if (!trains && ReadOutcome() is { } outcome)
            {
                return outcome;
            }

            if (!running)
            {
                var machineRestarted = ProcessIdentity.Read(folder.Shim)?.IsFromEarlierBoot is true;
                return new ProcessOutcome.Vanished(machineRestarted);
            }

            var pause = Task.Delay(_poll, cancellationToken);
            await (exited is { IsCompleted: false } ? Task.WhenAny(exited, pause) : pause);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private bool IsTrainingAlive => ProcessIdentity.Read(folder.Process)?.IsAlive is true;

    private ProcessOutcome? ReadOutcome()
    {
        if (folder.ExitCode is not { } code)
        {
            return null;
        }

        // What is reported stays known after a crash of the machine.
        SmallFile.Flush(folder.Exit);
        return File.Exists(folder.NotStarted) ? new ProcessOutcome.NotStarted() : new ProcessOutcome.Exited(code);
    }
}
