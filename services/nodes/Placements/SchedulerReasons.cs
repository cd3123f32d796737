using System.Globalization;
using Platform.Contracts.Sentences;

namespace Platform.Nodes.Placements;

/// <summary>
/// Why a job waits, as shown to users. A sentence changes only with its meaning, as every change is published.
/// </summary>
internal static class SchedulerReasons
{
    /// <summary>The reason of an attempt that the scheduler has not considered yet.</summary>
    public static readonly Template NotScheduledYet = new("placement.not-scheduled-yet", "waiting for the scheduler");

    private static readonly Template<string> _notBefore = new("placement.not-before", "waiting until {at}");

    private static readonly Template<int> _gpusNext = new(
        "placement.gpus-next",
        "waiting for {gpus:GPU|GPUs}; it is next"
    );

    private static readonly Template<int, int> _gpusBehind = new(
        "placement.gpus-behind",
        "waiting for {gpus:GPU|GPUs}; {ahead:job is|jobs are} ahead"
    );

    private static readonly Template<int> _gpusBehindOthers = new(
        "placement.gpus-behind-others",
        "waiting for {gpus:GPU|GPUs}; other jobs are ahead"
    );

    private static readonly Template<double> _cpusNext = new(
        "placement.cpus-next",
        "waiting for {cpus:CPU|CPUs}; it is next"
    );

    private static readonly Template<double, int> _cpusBehind = new(
        "placement.cpus-behind",
        "waiting for {cpus:CPU|CPUs}; {ahead:job is|jobs are} ahead"
    );

    private static readonly Template<double> _cpusBehindOthers = new(
        "placement.cpus-behind-others",
        "waiting for {cpus:CPU|CPUs}; other jobs are ahead"
    );

    private static readonly Template<int> _memoryNext = new(
        "placement.memory-next",
        "waiting for {memoryMiB} MiB of memory; it is next"
    );

    private static readonly Template<int, int> _memoryBehind = new(
        "placement.memory-behind",
        "waiting for {memoryMiB} MiB of memory; {ahead:job is|jobs are} ahead"
    );

    private static readonly Template _noNodeOnline = new("placement.no-node-online", "no node is online");

    private static readonly Template<string> _nodeDraining = new(
        "placement.node-draining",
        "waiting for node {node}, which is draining"
    );

    private static readonly Template<string> _nodeOffline = new(
        "placement.node-offline",
        "waiting for node {node}, which is offline"
    );

    private static readonly Template<string> _nodeDiskFull = new(
        "placement.node-disk-full",
        "waiting for node {node}, whose disk is full"
    );

    private static readonly Template<string> _noLabel = new("placement.no-label", "no node has label {label}");

    private static readonly Template<string> _noLabels = new(
        "placement.no-labels",
        "no node has all of the labels {labels}"
    );

    private static readonly Template<int, int> _tooManyGpus = new(
        "placement.too-many-gpus",
        "needs {gpus:GPU|GPUs}; the largest node has {largest}"
    );

    private static readonly Template<int, string, int> _tooManyGpusWithLabels = new(
        "placement.too-many-gpus-with-labels",
        "needs {gpus:GPU|GPUs}; the largest node with {labels} has {largest}"
    );

    private static readonly Template<double, double> _tooManyCpus = new(
        "placement.too-many-cpus",
        "needs {cpus:CPU|CPUs}; the largest node has {largest}"
    );

    private static readonly Template<double, string, double> _tooManyCpusWithLabels = new(
        "placement.too-many-cpus-with-labels",
        "needs {cpus:CPU|CPUs}; the largest node with {labels} has {largest}"
    );

    private static readonly Template<int, int> _tooMuchMemory = new(
        "placement.too-much-memory",
        "needs {memoryMiB} MiB of memory; the largest node has {largest}"
    );

    private static readonly Template<int, string, int> _tooMuchMemoryWithLabels = new(
        "placement.too-much-memory-with-labels",
        "needs {memoryMiB} MiB of memory; the largest node with {labels} has {largest}"
    );

    private static readonly Template<int, double, int> _notTogether = new(
        "placement.not-together",
        "no node has {gpus:GPU|GPUs}, {cpus:CPU|CPUs} and {memoryMiB} MiB of memory together"
    );

    public static Sentence NotBefore(SchedulerRequest request) =>
        _notBefore.With(
            request.NotBefore.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)
        );

    /// <summary>The request fits a node, but not now.</summary>
    public static Sentence WaitingForResources(Needs needs, NodeCapacity closest, int ahead) =>
        needs.Gpus > closest.Gpus
            ? ahead is 0
                ? _gpusNext.With(needs.Gpus)
                : _gpusBehind.With(needs.Gpus, ahead)
            : needs.Cpus > closest.Cpus + NodeCapacity.Tolerance
                ? ahead is 0
                    ? _cpusNext.With(needs.Cpus)
                    : _cpusBehind.With(needs.Cpus, ahead)
                : ahead is 0
                    ? _memoryNext.With(needs.MemoryMiB)
                    : _memoryBehind.With(needs.MemoryMiB, ahead);

    /// <summary>
    /// The request fits a node, but not now, and so far back in the queue that its position is not counted. The same for all
    /// equal requests for as long as they wait.
    /// </summary>
    public static Sentence BehindOthers(Needs needs) =>
        needs.Gpus > 0 ? _gpusBehindOthers.With(needs.Gpus) : _cpusBehindOthers.With(needs.Cpus);

    /// <summary>No schedulable node can ever fit the request.</summary>
    public static Sentence Unschedulable(SchedulerRequest request, IReadOnlyList<SchedulerNode> nodes)
    {
        if (!nodes.Any(node => node.Online))
        {
            return _noNodeOnline;
        }

        if (nodes.FirstOrDefault(node => node.CanEverFit(request)) is { } unavailable)
        {
            return (
                !unavailable.Online ? _nodeOffline
                : unavailable.Draining ? _nodeDraining
                : _nodeDiskFull
            ).With(unavailable.Name);
        }

        foreach (var label in request.Labels.OrderBy(label => label.Key, StringComparer.Ordinal))
        {
            if (!nodes.Any(node => node.HasLabel(label)))
            {
                return _noLabel.With($"{label.Key}={label.Value}");
            }
        }

        var matching = nodes.Where(node => node.HasLabels(request.Labels)).ToList();
        return matching.Count == 0 ? _noLabels.With(Labels(request)) : TooLarge(request, matching);
    }

    private static Sentence TooLarge(SchedulerRequest request, List<SchedulerNode> nodes)
    {
        var needs = request.Needs;
        var labels = request.Labels.Count == 0 ? null : Labels(request);
        if (nodes.Max(node => node.Gpus.Count) is var gpus && needs.Gpus > gpus)
        {
            return labels is null
                ? _tooManyGpus.With(needs.Gpus, gpus)
                : _tooManyGpusWithLabels.With(needs.Gpus, labels, gpus);
        }

        if (nodes.Max(node => node.Cpus) is var cpus && needs.Cpus > cpus + NodeCapacity.Tolerance)
        {
            return labels is null
                ? _tooManyCpus.With(needs.Cpus, cpus)
                : _tooManyCpusWithLabels.With(needs.Cpus, labels, cpus);
        }

        if (nodes.Max(node => node.MemoryMiB) is var memory && needs.MemoryMiB > memory)
        {
            return labels is null
                ? _tooMuchMemory.With(needs.MemoryMiB, memory)
                : _tooMuchMemoryWithLabels.With(needs.MemoryMiB, labels, memory);
        }

        return _notTogether.With(needs.Gpus, needs.Cpus, needs.MemoryMiB);
    }

    private static string Labels(SchedulerRequest request) =>
        string.Join(
            ", ",
            request
                .Labels.OrderBy(label => label.Key, StringComparer.Ordinal)
                .Select(label => $"{label.Key}={label.Value}")
        );
}
