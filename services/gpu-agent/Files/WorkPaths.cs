using Platform.Contracts.Sentences;

namespace Platform.GpuAgent.Files;

/// <summary>An untrusted path that leads out of its folder.</summary>
internal sealed class UnsafePathException(Sentence why) : Exception(why.Text)
{
    public Sentence Why { get; } = why;
}

/// <summary>Keeps untrusted paths inside their folder.</summary>
internal static class WorkPaths
{
    /// <summary>The full path of a relative one.</summary>
    /// <exception cref="UnsafePathException">
    /// It is absolute, empty, has <c>.</c> or <c>..</c> parts, or leads through a link.
    /// </exception>
    public static string Resolve(string folder, string relative)
    {
        if (relative.Length == 0 || relative[0] is '/' || relative.Contains('\0') || relative.Contains('\\'))
        {
            throw new UnsafePathException(FileSentences.PathNotRelative.With(relative));
        }

        var path = folder;
        foreach (var part in relative.TrimEnd('/').Split('/'))
        {
            if (part is "" or "." or "..")
            {
                throw new UnsafePathException(FileSentences.PathParts.With(relative));
            }

            path = Path.Combine(path, part);
            if (new FileInfo(path).LinkTarget is not null)
            {
                throw new UnsafePathException(FileSentences.PathThroughLink.With(relative));
            }
        }

        return path;
    }

    /// <summary>Where a path leads after every link is followed; null when that is not in the folder.</summary>
    public static string? TargetInside(string folder, string path)
    {
        var real = RealPath(path, 40);
        return real is not null && real.StartsWith(RealPath(folder, 40) + "/", StringComparison.Ordinal) ? real : null;
    }

    private static string? RealPath(string path, int links)
    {
        var real = "/";
        foreach (var part in Path.GetFullPath(path).Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            real = Path.Combine(real, part);
            if (new FileInfo(real).LinkTarget is { } target)
            {
                var next = links > 0 ? RealPath(Path.Combine(Path.GetDirectoryName(real)!, target), links - 1) : null;
                if (next is null)
                {
                    return null;
                }

                real = next;
            }
        }

        return real;
    }
}
