using System.Globalization;

namespace Platform.Nodes.Placements;

/// <summary>
/// Why a job waits, as shown to users. A text changes only with its meaning, as every change is published.
/// </summary>
internal static class SchedulerReasons
{
    public static string NotBefore(SchedulerRequest request) =>
        $"waits until {request.NotBefore.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)}";

    /// <summary>The request fits a node, but not now.</summary>
    public static string WaitingForResources(Needs needs, NodeCapacity closest, int ahead)
    {
        var what =
            needs.Gpus > closest.Gpus ? Gpus(needs.Gpus)
            : needs.Cpus > closest.Cpus + NodeCapacity.Tolerance ? Cpus(needs.Cpus)
            : $"{needs.MemoryMiB} MiB of memory";
        var position = ahead switch
        {
            0 => "it is next",
            1 => "1 job is ahead",
            _ => $"{ahead} jobs are ahead",
        };
        return $"waiting for {what}; {position}";
    }

    /// <summary>
    /// The request fits a node, but not now, and so far back in the queue that its position is not counted. The same for all
    /// equal requests for as long as they wait.
    /// </summary>
    public static string BehindOthers(Needs needs) =>
        $"waiting for {(needs.Gpus > 0 ? Gpus(needs.Gpus) : Cpus(needs.Cpus))}; other jobs are ahead";

    /// <summary>No schedulable node can ever fit the request.</summary>
    public static string Unschedulable(SchedulerRequest request, IReadOnlyList<SchedulerNode> nodes)
    {
        if (!nodes.Any(node => node.Online))
        {
            return "no node is online";
        }

        if (nodes.FirstOrDefault(node => node.CanEverFit(request)) is { } unavailable)
        {
            return $"waits for node {unavailable.Name}, which is {(unavailable.Online ? "draining" : "offline")}";
        }

        foreach (var label in request.Labels.OrderBy(label => label.Key, StringComparer.Ordinal))
        {
            if (!nodes.Any(node => node.HasLabel(label)))
            {
                return $"no node has label {label.Key}={label.Value}";
            }
        }

        var matching = nodes.Where(node => node.HasLabels(request.Labels)).ToList();
        return matching.Count == 0 ? $"no node has all of the labels {Labels(request)}" : TooLarge(request, matching);
    }

    private static string TooLarge(SchedulerRequest request, List<SchedulerNode> nodes)
    {
        var needs = request.Needs;
        var largest = request.Labels.Count == 0 ? "the largest node" : $"the largest node with {Labels(request)}";
        if (nodes.Max(node => node.Gpus.Count) is var gpus && needs.Gpus > gpus)
        {
            return $"needs {Gpus(needs.Gpus)}; {largest} has {gpus}";
        }

        if (nodes.Max(node => node.Cpus) is var cpus && needs.Cpus > cpus + NodeCapacity.Tolerance)
        {
            return $"needs {Cpus(needs.Cpus)}; {largest} has {cpus.ToString(CultureInfo.InvariantCulture)}";
        }

        if (nodes.Max(node => node.MemoryMiB) is var memory && needs.MemoryMiB > memory)
        {
            return $"needs {needs.MemoryMiB} MiB of memory; {largest} has {memory}";
        }

        return $"no node has {Gpus(needs.Gpus)}, {Cpus(needs.Cpus)} and {needs.MemoryMiB} MiB of memory together";
    }

    private static string Gpus(int count) => count == 1 ? "1 GPU" : $"{count} GPUs";

    private static string Cpus(double count) =>
        count is 1 ? "1 CPU" : $"{count.ToString(CultureInfo.InvariantCulture)} CPUs";

    private static string Labels(SchedulerRequest request) =>
        string.Join(
            ", ",
            request
                .Labels.OrderBy(label => label.Key, StringComparer.Ordinal)
                .Select(label => $"{label.Key}={label.Value}")
        );
}
