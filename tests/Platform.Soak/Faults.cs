namespace Platform.Soak;

/// <summary>Injects faults into a cluster and repairs them, one after the other.</summary>
internal sealed class Faults(Cluster cluster, int seed, int nodes, RunLog log)
{
    private static readonly TimeSpan _endLimit = TimeSpan.FromSeconds(30);

    /// <summary>How many faults were injected.</summary>
    public int Count { get; private set; }

    /// <summary>Injects faults until it is stopped; all processes run when it returns.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        foreach (var fault in Plan.Faults(seed, nodes))
        {
            await DelayAsync(fault.Then, stop);
            if (stop.IsCancellationRequested)
            {
                return;
            }

            log.Note($"{fault}");
            Count++;
            await (fault.Kind is FaultKind.Freeze ? FreezeAsync(fault, stop) : KillAsync(fault, stop));
        }
    }

    private static Task DelayAsync(TimeSpan time, CancellationToken stop) =>
        Task.Delay(time, stop).ContinueWith(_ => { }, TaskScheduler.Default);

    private async Task FreezeAsync(PlannedFault fault, CancellationToken stop)
    {
        var pid = await cluster.PidAsync(fault.Targets[0]);
        Processes.Freeze(pid);
        try
        {
            await DelayAsync(fault.For, stop);
        }
        finally
        {
            Processes.Thaw(pid);
        }

        log.Note($"  thawed {fault.Targets[0]}");
    }

    private async Task KillAsync(PlannedFault fault, CancellationToken stop)
    {
        var pids = await cluster.PidsAsync();
        foreach (var target in fault.Targets)
        {
            if (!pids.TryGetValue(target, out var pid))
            {
                throw new SoakException($"{target} ended unexpectedly before it was to be killed.");
            }

            Signal(fault.Kind, target, pid);
            await Processes.WaitForEndAsync(pid, target, _endLimit);
        }

        await DelayAsync(fault.For, stop);
        await cluster.UpAsync();
        log.Note($"  started {string.Join(" and ", fault.Targets)} again");
    }

    private static void Signal(FaultKind kind, string target, int pid)
    {
        switch (kind, target)
        {
            case (FaultKind.Stop, "postgres"):
                Processes.Interrupt(pid);
                break;
            case (FaultKind.Stop, _):
                Processes.Terminate(pid);
                break;
            case (FaultKind.Crash, _):
                Processes.Quit(pid);
                break;
            default:
                Processes.Kill(pid);
                break;
        }
    }
}
