using Platform.Nodes.Placements;

namespace Platform.Nodes.Tests.Placements;

/// <summary>
/// Shared by the tests of the scheduler: nodes <c>n1…</c>, and requests in the order of their numbers.
/// </summary>
public abstract class WithScheduler
{
    private protected static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private protected static SchedulerNode Machine(
        int number,
        int gpus = 0,
        double cpus = 8,
        int memoryMiB = 8192,
        bool online = true,
        bool draining = false,
        string? labels = null
    ) =>
        new(
            Id('a', number),
            $"n{number}",
            online,
            draining,
            cpus,
            memoryMiB,
            [.. Enumerable.Range(0, gpus)],
            Labels(labels)
        );

    private protected static SchedulerRequest Job(
        int number,
        int gpus = 0,
        double cpus = 1,
        int memoryMiB = 512,
        int priority = 50,
        string? labels = null,
        double notBefore = 0
    ) =>
        new(
            Id('b', number),
            1,
            new Needs(gpus, cpus, memoryMiB),
            Labels(labels),
            priority,
            Now.AddMinutes(-60).AddSeconds(number),
            Now.AddSeconds(notBefore),
            1
        );

    private protected static SchedulerLease Held(
        int node,
        IReadOnlyList<int>? gpus = null,
        double cpus = 0,
        int memoryMiB = 0
    ) => new(Id('a', node), gpus ?? [], cpus, memoryMiB);

    private protected static SchedulerResult Place(
        SchedulerNode[] nodes,
        SchedulerRequest[] waiting,
        params SchedulerLease[] leases
    ) => Scheduler.Place(nodes, leases, waiting, Now);

    /// <summary>Grants as <c>job→node</c>, in the order they were made.</summary>
    private protected static string Grants(SchedulerResult result) =>
        string.Join(' ', result.Grants.Select(grant => $"{Number(grant.Request.JobId)}→{Number(grant.Node.NodeId)}"));

    private protected static string Reason(SchedulerResult result, int job) =>
        Assert.Single(result.Reasons, reason => reason.JobId == Id('b', job)).Reason.Text;

    private protected static Guid Id(char kind, int number) => Guid.Parse($"{kind}0000000-0000-7000-8000-{number:D12}");

    private static int Number(Guid id) => int.Parse(id.ToString()[24..]);

    private static Dictionary<string, string> Labels(string? labels) =>
        (labels ?? "")
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(label => label.Split('='))
            .ToDictionary(label => label[0], label => label[1], StringComparer.Ordinal);
}
