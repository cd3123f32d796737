namespace Platform.Tracking.Browsing;

/// <summary>A project path with how many runs it has.</summary>
/// <param name="Path">The path, such as <c>cv/digits</c>.</param>
/// <param name="Runs">Its runs and those of all paths below it.</param>
/// <param name="Exact">Its own runs.</param>
/// <param name="HasChildren">There are paths below it, whether they are listed or not.</param>
internal sealed record PathView(string Path, RunTally Runs, RunTally Exact, bool HasChildren);

/// <summary>How many runs there are, and how many have each status; also those that none has.</summary>
internal sealed record RunTally(long Count, IReadOnlyDictionary<string, long> ByStatus);

/// <summary>How many runs with a status a project has.</summary>
internal sealed record ProjectCount(string Project, string Status, long Count);

/// <summary>Adds the counts of projects up along their paths.</summary>
internal static class PathTree
{
    /// <summary>The paths in order, each before those below it.</summary>
    /// <param name="counts">What each project itself has; those without runs are left out.</param>
    /// <param name="below">Only paths below this one; all when null.</param>
    /// <param name="depth">How many levels of them; all when null.</param>
    /// <param name="statuses">The statuses in the order in which they are listed.</param>
    public static IEnumerable<PathView> Of(
        IEnumerable<ProjectCount> counts,
        string? below,
        int? depth,
        IReadOnlyCollection<string> statuses
    )
    {
        var nodes = new Dictionary<string, Node>(StringComparer.Ordinal);
        foreach (var count in counts.Where(count => count.Count > 0))
        {
            for (var end = count.Project.IndexOf('/'); ; end = count.Project.IndexOf('/', end + 1))
            {
                var path = end < 0 ? count.Project : count.Project[..end];
                var node = nodes.TryGetValue(path, out var known) ? known : nodes[path] = new Node();
                node.Runs.Add(count);
                if (end < 0)
                {
                    node.Exact.Add(count);
                    break;
                }

                node.HasChildren = true;
            }
        }

        var start = below is null ? "" : $"{below}/";
        return nodes
            .Where(node => node.Key.StartsWith(start, StringComparison.Ordinal))
            .Where(node => depth is null || node.Key.AsSpan(start.Length).Count('/') < depth)
            // What is below a path comes directly after it: no character of a path is before this one.
            .OrderBy(node => node.Key.Replace('/', '\u0001'), StringComparer.Ordinal)
            .Select(node => new PathView(
                node.Key,
                TallyOf(node.Value.Runs, statuses),
                TallyOf(node.Value.Exact, statuses),
                node.Value.HasChildren
            ));
    }

    private static RunTally TallyOf(List<ProjectCount> counts, IReadOnlyCollection<string> statuses) =>
        new(
            counts.Sum(count => count.Count),
            statuses.ToDictionary(
                status => status,
                status =>
                    counts
                        .Where(count => string.Equals(count.Status, status, StringComparison.Ordinal))
                        .Sum(count => count.Count),
                StringComparer.Ordinal
            )
        );

    private sealed class Node
    {
        public List<ProjectCount> Runs { get; } = [];

        public List<ProjectCount> Exact { get; } = [];

        public bool HasChildren { get; set; }
    }
}
