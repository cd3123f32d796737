using System.Diagnostics;
using System.Globalization;
using System.Text;
using Platform.GpuAgent.Journal;
using Platform.GpuAgent.Linux;

namespace Platform.GpuAgent.Processes;

/// <summary>
/// All processes of one rank of an attempt: the training's session, and processes that left it but still have attempt and
/// rank in their environment, or are in the attempt's control group. The shim is not among them: it must survive to record the exit code.
/// </summary>
/// <param name="group">The control group of the attempt; null for none.</param>
internal sealed class AttemptProcesses(AttemptKey key, AttemptFolder folder, Func<JobGroup?> group)
{
    private const int KillRounds = 100;
    private const string RankVariable = "PLATFORM_RANK";

    private static readonly TimeSpan _step = TimeSpan.FromMilliseconds(50);

    private readonly string _job = $"PLATFORM_JOB_ID={key.JobId}";
    private readonly string _attempt = $"PLATFORM_ATTEMPT={key.Attempt}";
    private readonly string _rank = $"{RankVariable}={key.Rank}";

    /// <summary>The processes that are alive now.</summary>
    public IReadOnlyList<int> Find()
    {
        var shim = ProcessIdentity.Read(folder.Shim);
        var training = ProcessIdentity.Read(folder.Process);
        var session = training is not null && SessionIsOurs(training) ? training.Pid : -1;
        // All of them descend from the shim; most processes of a machine are older, and reading them is expensive.
        var oldest = shim is { IsFromEarlierBoot: false } ? shim.StartTicks : 0;
        var found = new List<int>();
        foreach (var entry in Directory.EnumerateDirectories("/proc"))
        {
            if (
                int.TryParse(Path.GetFileName(entry), NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
                && pid != Environment.ProcessId
                && ProcessStatus.Read(pid) is { IsDead: false } status
                && status.StartTicks >= oldest
                && (shim is null || pid != shim.Pid || status.StartTicks != shim.StartTicks)
                && ((status.Session == session && status.StartTicks >= training!.StartTicks) || CarriesAttempt(pid))
            )
            {
                found.Add(pid);
            }
        }

        // Also those that gave up session and environment.
        var inGroup = (group()?.Processes() ?? []).Where(pid => ProcessStatus.Read(pid) is { IsDead: false });
        return [.. found.Union(inGroup)];
    }

    /// <summary>
    /// SIGTERM to the group and to processes that left it, a grace period, then SIGKILL until none is left.
    /// </summary>
    /// <returns>False when some could not be killed because they are stuck in the kernel.</returns>
    public async Task<bool> StopAsync(TimeSpan grace, CancellationToken cancellationToken)
    {
        if (GroupIsEmpty())
        {
            return true;
        }

        var found = Find();
        if (found.Count == 0)
        {
            return true;
        }

        if (ProcessIdentity.Read(folder.Process) is { IsAlive: true } training)
        {
            LibC.Signal(-training.Pid, LibC.SigTerm);
            found = [.. found.Where(pid => ProcessStatus.Read(pid)?.Group != training.Pid)];
        }

        SignalAll(found, LibC.SigTerm);
        var watch = Stopwatch.StartNew();
        while ((found = Find()).Count > 0 && watch.Elapsed < grace)
        {
            await WaitForAnyAsync(found, grace - watch.Elapsed, cancellationToken);
        }

        for (var round = 0; round < KillRounds && found.Count > 0; round++)
        {
            SignalAll(found, LibC.SigKill);
            await Task.Delay(_step, cancellationToken);
            found = Find();
        }

        return found.Count == 0;
    }

    /// <summary>
    /// The kernel removes a control group only when neither it nor a group below it has a process. This is how most attempts end, and
    /// saves reading all processes of the machine. One that had itself moved to another group is no longer part of the attempt.
    /// </summary>
    private bool GroupIsEmpty() =>
        ProcessIdentity.Read(folder.Process) is not { IsAlive: true }
        && group() is { Exists: true } own
        && own.TryRemove();

    // Scanning all processes is expensive; checking a single one is not.
    private static async Task WaitForAnyAsync(
        IReadOnlyList<int> processes,
        TimeSpan limit,
        CancellationToken cancellationToken
    )
    {
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed < limit && processes.All(pid => ProcessStatus.Read(pid) is { IsDead: false }))
        {
            await Task.Delay(_step, cancellationToken);
        }
    }

    private static void SignalAll(IReadOnlyList<int> processes, int signal)
    {
        foreach (var pid in processes)
        {
            LibC.Signal(pid, signal);
        }
    }

    // If the process id was recycled, a session with that id belongs to the new process.
    private static bool SessionIsOurs(ProcessIdentity training) =>
        !training.IsFromEarlierBoot
        && (ProcessStatus.Read(training.Pid) is not { } now || now.StartTicks == training.StartTicks);

    // Trainings that an agent of release 0.1.0 started have none.
    private static bool HasRank(string[] variables) =>
        Array.Exists(variables, variable => variable.StartsWith(RankVariable + "=", StringComparison.Ordinal));

    private bool CarriesAttempt(int pid)
    {
        try
        {
            var variables = Encoding.UTF8.GetString(File.ReadAllBytes($"/proc/{pid}/environ")).Split('\0');
            return Array.IndexOf(variables, _job) >= 0
                && Array.IndexOf(variables, _attempt) >= 0
                && (Array.IndexOf(variables, _rank) >= 0 || (key.Rank == 0 && !HasRank(variables)));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false; // ended, or another user's
        }
    }
}
