namespace Platform.Nodes.Placements;

/// <summary>What is still free on one node while the scheduler works: first less the leases, then less what it grants and reserves.</summary>
internal sealed class NodeCapacity
{
    /// <summary>CPUs are fractions; sums of them are compared with this tolerance.</summary>
    public const double Slack = 1e-6;

    private readonly List<int> _freeGpus;
    private int _reservedGpus;
    private double _cpus;
    private int _memoryMiB;

    public NodeCapacity(SchedulerNode node, IEnumerable<SchedulerLease> leases)
    {
        Node = node;
        _cpus = node.Cpus;
        _memoryMiB = node.MemoryMiB;
        var taken = new HashSet<int>();
        foreach (var lease in leases)
        {
            taken.UnionWith(lease.Gpus);
            _cpus -= lease.Cpus;
            _memoryMiB -= lease.MemoryMiB;
        }

        _freeGpus = [.. node.Gpus.Where(gpu => !taken.Contains(gpu)).Order()];
        // A machine may come back smaller than what was leased of it.
        _cpus = Math.Max(0, _cpus);
        _memoryMiB = Math.Max(0, _memoryMiB);
    }

    public SchedulerNode Node { get; }

    public int Gpus => Math.Max(0, _freeGpus.Count - _reservedGpus);

    public double Cpus => _cpus;

    public int MemoryMiB => _memoryMiB;

    public bool IsExhausted => _cpus <= Slack || _memoryMiB <= 0;

    public bool Fits(Needs needs) => needs.Gpus <= Gpus && needs.Cpus <= _cpus + Slack && needs.MemoryMiB <= _memoryMiB;

    /// <summary>How far the node is from fitting: 0 fits, each resource adds the missing part of what is needed (0 to 1).</summary>
    public double Shortage(Needs needs) =>
        Missing(needs.Gpus, Gpus) + Missing(needs.Cpus, _cpus) + Missing(needs.MemoryMiB, _memoryMiB);

    /// <summary>Takes what is needed, the lowest GPU indices first.</summary>
    /// <returns>The GPUs taken.</returns>
    public IReadOnlyList<int> Take(Needs needs)
    {
        var gpus = _freeGpus[..needs.Gpus];
        _freeGpus.RemoveRange(0, needs.Gpus);
        _cpus = Math.Max(0, _cpus - needs.Cpus);
        _memoryMiB -= needs.MemoryMiB;
        return gpus;
    }

    /// <summary>
    /// Keeps what is needed out of reach of later requests, as far as it is free now. What is free beyond that may still be
    /// used: it brings the node no farther from fitting.
    /// </summary>
    public void Reserve(Needs needs)
    {
        _reservedGpus += Math.Min(needs.Gpus, Gpus);
        _cpus = Math.Max(0, _cpus - needs.Cpus);
        _memoryMiB = Math.Max(0, _memoryMiB - needs.MemoryMiB);
    }

    private static double Missing(double needed, double free) => needed <= free + Slack ? 0 : (needed - free) / needed;
}
