using System.Diagnostics;
using System.IO.Enumeration;
using Platform.GpuAgent.Linux;

namespace Platform.GpuAgent.Files;

/// <summary>
/// Trees of files that a training may have made: never followed through links, never opened when not plain files.
/// </summary>
internal static class FileTree
{
    private static readonly EnumerationOptions _everything = new()
    {
        RecurseSubdirectories = true,
        AttributesToSkip = FileAttributes.None,
        IgnoreInaccessible = true,
    };

    /// <summary>All plain files below a folder.</summary>
    public static IEnumerable<string> Files(string folder) => Entries(folder, wantLinks: false);

    /// <summary>All symbolic links below a folder.</summary>
    public static IEnumerable<string> Links(string folder) => Entries(folder, wantLinks: true);

    /// <summary>
    /// What cannot be opened because its name is not text in UTF-8, below a folder; such bytes are shown as <c>U+FFFD</c>.
    /// </summary>
    public static IEnumerable<string> WithoutName(string folder) =>
        new FileSystemEnumerable<string>(folder, (ref FileSystemEntry entry) => entry.ToFullPath(), _everything)
        {
            ShouldIncludePredicate = (ref FileSystemEntry entry) => entry.FileName.Contains('\uFFFD'),
            ShouldRecursePredicate = (ref FileSystemEntry entry) => !IsLink(ref entry),
        }.Where(path => !LibC.IsRegularFile(path) && !Directory.Exists(path) && new FileInfo(path).LinkTarget is null);

    /// <summary>Bytes of all plain files below a folder.</summary>
    public static long Size(string folder)
    {
        var sizes = new FileSystemEnumerable<long>(
            folder,
            (ref FileSystemEntry entry) => IsLink(ref entry) ? 0 : entry.Length,
            _everything
        )
        {
            ShouldIncludePredicate = (ref FileSystemEntry entry) => !entry.IsDirectory,
            ShouldRecursePredicate = (ref FileSystemEntry entry) => !IsLink(ref entry),
        };
        return sizes.Sum();
    }

    /// <summary>Removes a folder and its contents, including what the training made read-only.</summary>
    public static void Delete(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return;
        }

        try
        {
            DeleteAll(folder);
        }
        catch (IOException) when (Directory.Exists(folder))
        {
            // .NET cannot name a file whose name is not text in UTF-8.
            using var rm = Process.Start("rm", ["-rf", "--", folder]);
            rm.WaitForExit();
            if (Directory.Exists(folder))
            {
                throw;
            }
        }
    }

    private static void DeleteAll(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (UnauthorizedAccessException) when (!OperatingSystem.IsWindows())
        {
            const UnixFileMode All = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
            var closed = new Stack<string>([folder]);
            while (closed.TryPop(out var path))
            {
                File.SetUnixFileMode(path, All);
                foreach (var below in new DirectoryInfo(path).EnumerateDirectories())
                {
                    if (below.LinkTarget is null)
                    {
                        closed.Push(below.FullName);
                    }
                }
            }

            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Artifacts store no file modes: files that start with <c>#!</c> are made executable.</summary>
    public static void AllowScript(string path)
    {
        Span<byte> head = stackalloc byte[2];
        using (var file = File.OpenHandle(path))
        {
            if (RandomAccess.Read(file, head, 0) < 2 || head[0] != '#' || head[1] != '!')
            {
                return;
            }
        }

        if (!OperatingSystem.IsWindows())
        {
            const UnixFileMode Execute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute;
            File.SetUnixFileMode(path, File.GetUnixFileMode(path) | Execute);
        }
    }

    private static IEnumerable<string> Entries(string folder, bool wantLinks)
    {
        var found = new FileSystemEnumerable<string>(
            folder,
            (ref FileSystemEntry entry) => entry.ToFullPath(),
            _everything
        )
        {
            ShouldIncludePredicate = (ref FileSystemEntry entry) =>
                wantLinks ? IsLink(ref entry) : !entry.IsDirectory && !IsLink(ref entry),
            ShouldRecursePredicate = (ref FileSystemEntry entry) => !IsLink(ref entry),
        };
        return wantLinks ? found : found.Where(LibC.IsRegularFile);
    }

    private static bool IsLink(ref FileSystemEntry entry) => entry.Attributes.HasFlag(FileAttributes.ReparsePoint);
}
