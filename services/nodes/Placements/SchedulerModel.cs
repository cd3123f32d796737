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
    IReadOnlyDictionary<string, string> Labels
)
{
    /// <summary>True when it may be given new work.</summary>
    public bool Takes => Online && !Draining;

    /// <summary>True when the empty machine would do; whether it takes work now is another matter.</summary>
    public bool CouldHold(SchedulerRequest request) =>
        HasLabels(request.Labels)
        && request.Needs.Gpus <= Gpus.Count
        && request.Needs.Cpus <= Cpus + NodeCapacity.Slack
        && request.Needs.MemoryMiB <= MemoryMiB;

    public bool HasLabels(IReadOnlyDictionary<string, string> wanted) => wanted.All(HasLabel);

    public bool HasLabel(KeyValuePair<string, string> wanted) =>
        Labels.TryGetValue(wanted.Key, out var value) && string.Equals(value, wanted.Value, StringComparison.Ordinal);
}

/// <summary>What one attempt holds on one node.</summary>
internal sealed record SchedulerLease(Guid NodeId, IReadOnlyList<int> Gpus, double Cpus, int MemoryMiB);

/// <summary>An attempt that waits.</summary>
/// <param name="Version">The version its stream has while it waits.</param>
internal sealed record SchedulerRequest(
    Guid JobId,
    int Attempt,
    Needs Needs,
    IReadOnlyDictionary<string, string> Labels,
    int Priority,
    DateTimeOffset SubmittedAt,
    DateTimeOffset NotBefore,
    long Version
);

/// <summary>The scheduler gives this attempt its node.</summary>
internal sealed record SchedulerGrant(SchedulerRequest Request, GrantedNode Node);

/// <summary>Why an attempt still waits, for people.</summary>
internal sealed record WaitingReason(Guid JobId, int Attempt, string Reason);

/// <summary>What came of one look at the cluster.</summary>
/// <param name="Reasons">One for each request that was not granted, in the order they wait.</param>
/// <param name="NextDue">When the first request whose time has not come yet may be looked at; null when there is none.</param>
/// <param name="HasRoom">False when no node could take even a small request, so that looking at more requests is useless.</param>
internal sealed record SchedulerResult(
    IReadOnlyList<SchedulerGrant> Grants,
    IReadOnlyList<WaitingReason> Reasons,
    DateTimeOffset? NextDue,
    bool HasRoom
);
