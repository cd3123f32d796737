using System.Globalization;
using Platform.Contracts.Nodes;
using Platform.GpuAgent.Linux;

namespace Platform.GpuAgent.Limits;

/// <summary>
/// Version 2 of control groups, where a group has either processes or groups with limits. An agent that is alone in its group, as
/// in a unit of systemd with <c>Delegate=yes</c>, moves into a group below it, and jobs get theirs beside that one.
/// </summary>
internal static class UnifiedGroups
{
    /// <summary>The group that an agent moves into. systemd can begin it there (<c>DelegateSubgroup=</c>).</summary>
    public const string AgentsOwn = "platform-agent";

    private const int MoveRounds = 10;

    /// <param name="own">The group of the process.</param>
    /// <param name="process">The agent.</param>
    /// <param name="controllers">What jobs are limited by.</param>
    /// <param name="parent">The group below which jobs get theirs; null when they cannot.</param>
    /// <returns>One of <see cref="NodeLimits"/>.</returns>
    public static string Prepare(string own, int process, IReadOnlyList<string> controllers, out string? parent)
    {
        parent = null;
        var group = string.Equals(Path.GetFileName(own), AgentsOwn, StringComparison.Ordinal)
            ? Path.GetDirectoryName(own)!
            : own;
        try
        {
            if (controllers.Except(Words(group, "cgroup.controllers"), StringComparer.Ordinal).Any())
            {
                return NodeLimits.NoControllers;
            }

            if (!TryEnable(group, controllers) && !TryMoveAndEnable(group, process, controllers))
            {
                return NodeLimits.SharedGroup;
            }

            parent = group;
            return NodeLimits.Enforced;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return NodeLimits.NotPermitted;
        }
    }

    /// <returns>False while the group has processes of its own.</returns>
    private static bool TryEnable(string group, IReadOnlyList<string> controllers)
    {
        var missing = controllers.Except(Words(group, "cgroup.subtree_control"), StringComparer.Ordinal).ToList();
        if (missing.Count == 0)
        {
            return true;
        }

        try
        {
            Write(group, "cgroup.subtree_control", string.Join(' ', missing.Select(controller => $"+{controller}")));
            return true;
        }
        catch (IOException) when (Processes(group).Count > 0)
        {
            return false;
        }
    }

    private static bool TryMoveAndEnable(string group, int process, IReadOnlyList<string> controllers)
    {
        var agents = Path.Combine(group, AgentsOwn);
        if (!Processes(group).All(pid => DescendsFrom(pid, process)))
        {
            return false; // not ours to move
        }

        Directory.CreateDirectory(agents);
        // Processes may start others meanwhile.
        for (var round = 0; round < MoveRounds && Processes(group) is { Count: > 0 } processes; round++)
        {
            MoveTo(agents, processes);
        }

        if (TryEnable(group, controllers))
        {
            return true;
        }

        MoveTo(group, Processes(agents));
        Directory.Delete(agents);
        return false;
    }

    private static void MoveTo(string group, IReadOnlyList<int> processes)
    {
        foreach (var pid in processes)
        {
            try
            {
                Write(group, "cgroup.procs", pid.ToString(CultureInfo.InvariantCulture));
            }
            catch (IOException) when (ProcessStatus.Read(pid) is not { IsDead: false })
            {
                // ended
            }
        }
    }

    private static bool DescendsFrom(int pid, int ancestor)
    {
        while (pid > 1 && pid != ancestor)
        {
            pid = ProcessStatus.Read(pid)?.Parent ?? ancestor; // one that has ended needs no move
        }

        return pid == ancestor;
    }

    private static IReadOnlyList<int> Processes(string group) =>
        [.. Words(group, "cgroup.procs").Select(pid => int.Parse(pid, CultureInfo.InvariantCulture))];

    private static string[] Words(string group, string file) =>
        File.ReadAllText(Path.Combine(group, file)).Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries);

    private static void Write(string group, string file, string text) =>
        File.WriteAllText(Path.Combine(group, file), text);
}
