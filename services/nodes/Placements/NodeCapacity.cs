namespace Platform.Nodes.Placements;

/// <summary>
/// The free capacity of one node during a scheduling pass: reduced by the existing leases, then by grants and
/// reservations.
/// </summary>
internal sealed class NodeCapacity
{
    /// <summary>CPUs are fractions; sums of them are compared with this tolerance.</summary>
    public const double Tolerance = 1e-6;

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
        // A machine may come back with less than what is leased on it.
        _cpus = Math.Max(0, _cpus);
        _memoryMiB = Math.Max(0, _memoryMiB);
    }

    public SchedulerNode Node { get; }

    public int Gpus => Math.Max(0, _freeGpus.Count - _reservedGpus);

    public double Cpus => _cpus;

    public int MemoryMiB => _memoryMiB;

    public bool Fits(Needs needs) =>
        needs.Gpus <= Gpus && needs.Cpus <= _cpus + Tolerance && needs.MemoryMiB <= _memoryMiB;

    /// <summary>
    /// How much is missing: 0 when it fits; each resource adds the missing share of what is needed (0 to 1).
    /// </summary>
    public double Shortage(Needs needs) =>
        Missing(needs.Gpus, Gpus) + Missing(needs.Cpus, _cpus) + Missing(needs.MemoryMiB, _memoryMiB);

    /// <summary>Allocates what is needed, the lowest GPU indices first.</summary>
    /// <returns>The allocated GPUs.</returns>
    public IReadOnlyList<int> Allocate(Needs needs)
    {
        var gpus = _freeGpus[..needs.Gpus];
        _freeGpus.RemoveRange(0, needs.Gpus);
        _cpus = Math.Max(0, _cpus - needs.Cpus);
        _memoryMiB -= needs.MemoryMiB;
        return gpus;
    }

    /// <summary>
    /// Reserves what is needed, as far as it is free now, so that later requests cannot use it. The rest may still be
    /// used: that does not increase the shortage.
    /// </summary>
    public void Reserve(Needs needs)
    {
        _reservedGpus += Math.Min(needs.Gpus, Gpus);
        _cpus = Math.Max(0, _cpus - needs.Cpus);
        _memoryMiB = Math.Max(0, _memoryMiB - needs.MemoryMiB);
    }

    private static double Missing(double needed, double free) =>
        needed <= free + Tolerance ? 0 : (needed - free) / needed;
}
