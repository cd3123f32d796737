using Platform.Contracts.Sentences;

namespace Platform.Nodes.Placements;

/// <summary>A node as the scheduler sees it.</summary>
internal sealed record SchedulerNode(
    Guid Id,
    string Name,
    bool Online,
    bool Draining,
    double Cpus,
    int MemoryMiB,
    IReadOnlyList<int> Gpus,
    IReadOnlyDictionary<string, string> Labels,
    bool IsDiskFull = false
)
{
    /// <summary>True when new work may be placed on it.</summary>
    public bool IsSchedulable => Online && !Draining && !IsDiskFull;

    /// <summary>True when the request fits the empty node, whether or not the node is schedulable now.</summary>
    public bool CanEverFit(SchedulerRequest request) =>
        HasLabels(request.Labels)
        && request.Needs.Gpus <= Gpus.Count
        && request.Needs.Cpus <= Cpus + NodeCapacity.Tolerance
        && request.Needs.MemoryMiB <= MemoryMiB;

    public bool HasLabels(IReadOnlyDictionary<string, string> required) => required.All(HasLabel);

    public bool HasLabel(KeyValuePair<string, string> required) =>
        Labels.TryGetValue(required.Key, out var value)
        && string.Equals(value, required.Value, StringComparison.Ordinal);
}

/// <summary>What one attempt holds on one node.</summary>
internal sealed record SchedulerLease(Guid NodeId, IReadOnlyList<int> Gpus, double Cpus, int MemoryMiB);

/// <summary>An attempt that waits.</summary>
/// <param name="Version">The version its stream has while it waits.</param>
/// <param name="Class">The same for all requests with equal needs and labels.</param>
/// <param name="IsCounted">False when requests before it in the queue were not read, so that its position is unknown.</param>
internal sealed record SchedulerRequest(
    Guid JobId,
    int Attempt,
    Needs Needs,
    IReadOnlyDictionary<string, string> Labels,
    int Priority,
    DateTimeOffset SubmittedAt,
    DateTimeOffset NotBefore,
    long Version,
    Guid Class = default,
    bool IsCounted = true
);

/// <summary>A decision to place an attempt on a node.</summary>
internal sealed record SchedulerGrant(SchedulerRequest Request, GrantedNode Node);

/// <summary>Why an attempt still waits, as shown to users.</summary>
internal sealed record WaitingReason(Guid JobId, int Attempt, Sentence Reason);

/// <summary>The result of one scheduling pass.</summary>
/// <param name="Reasons">One for each request that was not granted, in the order of the queue.</param>
/// <param name="ClassReasons">Why those requests of a class wait that were not read, by class.</param>
internal sealed record SchedulerResult(
    IReadOnlyList<SchedulerGrant> Grants,
    IReadOnlyList<WaitingReason> Reasons,
    IReadOnlyDictionary<Guid, Sentence> ClassReasons
);
