using Microsoft.Extensions.Options;
using Platform.Contracts.Nodes;
using Platform.GpuAgent.Journal;
using Platform.GpuAgent.Linux;
using Platform.GpuAgent.State;

namespace Platform.GpuAgent.Limits;

/// <summary>
/// Makes what a job asked for the most that it can use, where this user may make control groups; otherwise jobs run without limits,
/// and the node says so.
/// </summary>
internal sealed class JobLimits
{
    private const int ProbeMiB = 64;

    private readonly string _prefix;
    private readonly int _version;
    private readonly string _memory = "";
    private readonly string _cpu = "";

    public JobLimits(IOptions<AgentOptions> options, StateFolder state)
        : this(OwnGroups.Read(), options.Value.EnforceLimits, state.Identity.NodeId) { }

    internal JobLimits(OwnGroups own, bool wanted, Guid nodeId)
    {
        // Several agents may share a group.
        _prefix = $"platform-{nodeId:N}-";
        if (!wanted)
        {
            State = NodeLimits.Off;
        }
        else if (own is { Memory: { } memory, Cpu: { } cpu })
        {
            (_version, _memory, _cpu) = (1, memory, cpu);
            State = Probe();
        }
        else if (own.Unified is { } unified)
        {
            State = UnifiedGroups.Prepare(unified, Environment.ProcessId, ["cpu", "memory"], out var parent);
            if (parent is not null)
            {
                (_version, _memory, _cpu) = (2, parent, parent);
                State = Probe();
            }
        }
        else
        {
            State = NodeLimits.NoControllers;
        }
    }

    /// <summary>Whether jobs are limited, and why not: one of <see cref="NodeLimits"/>.</summary>
    public string State { get; private set; }

    /// <summary>Makes the group of an attempt; a repeat finds the same one.</summary>
    /// <returns>Null when jobs are not limited here.</returns>
    public JobGroup? Make(AttemptKey key, double cpus, int memoryMiB, ILogger log)
    {
        if (State is not NodeLimits.Enforced)
        {
            return null;
        }

        var group = GroupOf($"{key}");
        try
        {
            group.Make(cpus, memoryMiB);
            return group;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // What worked at the start works no more: a job without limits is better than a node that runs none.
            log.LogError(exception, "{Attempt} runs without limits, and so do those after it", key);
            State = NodeLimits.NotPermitted;
            group.TryRemove();
            return null;
        }
    }

    private JobGroup GroupOf(string name) =>
        new(_version, Path.Combine(_memory, _prefix + name), Path.Combine(_cpu, _prefix + name));

    /// <summary>Only trying shows whether the system lets this user.</summary>
    private string Probe()
    {
        var probe = GroupOf($"probe-{Environment.ProcessId}");
        try
        {
            probe.Make(cpus: 0.01, ProbeMiB);
            return probe.ReadMemory()?.LimitBytes == ProbeMiB * 1024L * 1024
                ? NodeLimits.Enforced
                : NodeLimits.NoControllers;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return NodeLimits.NotPermitted;
        }
        finally
        {
            probe.TryRemove();
        }
    }
}
