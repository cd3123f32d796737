using Platform.Contracts.Nodes;
using Platform.Contracts.Sentences;
using Platform.ServiceDefaults;

namespace Platform.Nodes.Membership;

/// <summary>A node as the API shows it.</summary>
/// <param name="Status">
/// <c>online</c>, <c>offline</c> or <c>draining</c>; a node that is offline and drained is <c>offline</c>.
/// </param>
/// <param name="Draining">True when it gets no new work.</param>
/// <param name="Limits">One of <see cref="NodeLimits"/>: whether jobs can use no more than they asked for.</param>
/// <param name="Free">Resources that no attempt holds.</param>
/// <param name="Version">The version for <c>If-Match</c>.</param>
internal sealed record NodeView(
    Guid Id,
    string Name,
    [property: OneOf("online", "offline", "draining")] string Status,
    bool Draining,
    string Hostname,
    string Os,
    string AgentVersion,
    double Cpus,
    int MemoryMiB,
    IReadOnlyList<GpuView> Gpus,
    string? GpuReason,
    SentenceCode? GpuReasonCode,
    string? Limits,
    IReadOnlyDictionary<string, string> Labels,
    FreeResources Free,
    IReadOnlyList<LeaseView> Leases,
    NodeUsage? Usage,
    DateTimeOffset? LastHeartbeatAt,
    DateTimeOffset JoinedAt,
    long Version
);

/// <summary>One GPU and the job that holds it, if any.</summary>
internal sealed record GpuView(int Index, string Uuid, string Name, int? MemoryMiB, Guid? JobId);

internal sealed record FreeResources(int Gpus, double Cpus, int MemoryMiB);

/// <summary>What one process of an attempt holds on this node.</summary>
internal sealed record LeaseView(
    Guid JobId,
    int Attempt,
    IReadOnlyList<int> Gpus,
    double Cpus,
    int MemoryMiB,
    DateTimeOffset GrantedAt,
    int Rank
);
