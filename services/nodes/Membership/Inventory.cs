using Platform.Contracts.Sentences;

namespace Platform.Nodes.Membership;

/// <summary>The hardware and labels of a machine, as stored in its events. Inventories are compared by value.</summary>
/// <param name="Limits">One of <see cref="Contracts.Nodes.NodeLimits"/>; null in events of release 0.1.0.</param>
internal sealed record Inventory(
    string Hostname,
    string Os,
    string AgentVersion,
    double Cpus,
    int MemoryMiB,
    IReadOnlyList<Gpu> Gpus,
    string? GpuReason,
    IReadOnlyDictionary<string, string> Labels,
    string? Limits = null,
    SentenceCode? GpuReasonCode = null
)
{
    public static readonly Inventory Empty = new(
        "",
        "",
        "",
        0,
        0,
        [],
        null,
        new Dictionary<string, string>(StringComparer.Ordinal)
    );

    public bool Equals(Inventory? other) =>
        other is not null
        && (Hostname, Os, AgentVersion, Cpus, MemoryMiB, GpuReason, Limits, GpuReasonCode)
            == (
                other.Hostname,
                other.Os,
                other.AgentVersion,
                other.Cpus,
                other.MemoryMiB,
                other.GpuReason,
                other.Limits,
                other.GpuReasonCode
            )
        && Gpus.SequenceEqual(other.Gpus)
        && Labels.Count == other.Labels.Count
        && Labels.All(label =>
            other.Labels.TryGetValue(label.Key, out var value)
            && string.Equals(value, label.Value, StringComparison.Ordinal)
        );

    public override int GetHashCode() => HashCode.Combine(Hostname, Os, AgentVersion, Cpus, MemoryMiB, Gpus.Count);
}

/// <summary>One GPU of a machine.</summary>
internal sealed record Gpu(int Index, string Uuid, string Name, int? MemoryMiB);
