namespace Platform.GpuAgent.Limits;

/// <summary>This process's own control groups, as folders; null where a hierarchy is not mounted.</summary>
/// <param name="Unified">In version 2.</param>
/// <param name="Memory">In version 1's hierarchy of the memory controller.</param>
/// <param name="Cpu">In version 1's hierarchy of the CPU controller; may be mounted together with others.</param>
internal sealed record OwnGroups(string? Unified, string? Memory, string? Cpu)
{
    public static OwnGroups Read()
    {
        try
        {
            return Parse(File.ReadAllText("/proc/self/mountinfo"), File.ReadAllText("/proc/self/cgroup"));
        }
        catch (IOException)
        {
            return new OwnGroups(null, null, null);
        }
    }

    /// <param name="mountInfo">The content of <c>/proc/self/mountinfo</c>.</param>
    /// <param name="groups">The content of <c>/proc/self/cgroup</c>.</param>
    internal static OwnGroups Parse(string mountInfo, string groups)
    {
        string? unified = null;
        string? memory = null;
        string? cpu = null;
        foreach (var line in mountInfo.Split('\n'))
        {
            // ID parent device root mount-point options [tags] - type source super-options
            var halves = line.Split(" - ", 2);
            if (halves is not [var mount, var system] || mount.Split(' ') is not [_, _, _, var root, var point, ..])
            {
                continue;
            }

            var controllers = system.Split(' ') is ["cgroup", _, var options] ? options.Split(',') : [];
            if (system.StartsWith("cgroup2 ", StringComparison.Ordinal))
            {
                unified ??= Folder(root, point, PathOf(groups, ""));
            }

            memory ??= Has("memory") ? Folder(root, point, PathOf(groups, "memory")) : null;
            cpu ??= Has("cpu") ? Folder(root, point, PathOf(groups, "cpu")) : null;

            bool Has(string controller) => Array.IndexOf(controllers, controller) >= 0;
        }

        return new OwnGroups(unified, memory, cpu);
    }

    private static string? PathOf(string groups, string controller)
    {
        foreach (var line in groups.Split('\n'))
        {
            if (
                line.Split(':', 3) is [_, var controllers, var path]
                && Array.IndexOf(controllers.Split(','), controller) >= 0
            )
            {
                return path;
            }
        }

        return null;
    }

    /// <summary>A mount shows the hierarchy from its root, which in a container is the container's group.</summary>
    private static string? Folder(string root, string point, string? path)
    {
        if (path is null || path.StartsWith("/..", StringComparison.Ordinal))
        {
            return null; // outside of what is mounted here
        }

        if (root is not "/" && (path + "/").StartsWith(root + "/", StringComparison.Ordinal))
        {
            path = path[root.Length..];
        }

        return Path.Combine(point, path.TrimStart('/')).TrimEnd('/');
    }
}
