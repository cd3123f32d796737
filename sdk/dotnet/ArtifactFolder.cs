using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Platform.Sdk;

/// <summary>A file of an artifact.</summary>
/// <param name="File">Where it is.</param>
/// <param name="Name">Its path in the artifact, with forward slashes.</param>
internal sealed record FileOfArtifact(string File, string Name)
{
    /// <summary>Whether its owner may run it.</summary>
    public bool IsExecutable =>
        !OperatingSystem.IsWindows() && System.IO.File.GetUnixFileMode(File).HasFlag(UnixFileMode.UserExecute);
}

/// <summary>What a folder has that does not become part of an artifact.</summary>
/// <param name="Name">Its path below the folder.</param>
/// <param name="Reason">Why, for users.</param>
internal sealed record LeftOut(string Name, string Reason);

/// <summary>
/// The files of a folder that make an artifact. Reading a FIFO or a device may never end, and a link may lead anywhere: those are
/// left out, as are names that artifacts cannot have.
/// </summary>
internal static class ArtifactFolder
{
    /// <summary>Finds the files of a folder, or the one file that a path is.</summary>
    /// <param name="followsLinks">Also take what lies outside the folder, and folders behind links.</param>
    public static (IReadOnlyList<FileOfArtifact> Files, IReadOnlyList<LeftOut> LeftOut) Read(
        string path,
        bool followsLinks = false
    )
    {
        if (!Directory.Exists(path))
        {
            var name = Path.GetFileName(path);
            return (ProblemWithName(path, name) ?? (IsRegular(path) ? null : NotRegular)) is { } problem
                ? ([], [new LeftOut(Shown(name), problem)])
                : ([new FileOfArtifact(path, name)], []);
        }

        var walk = new Walk(RealPath(path) ?? Path.GetFullPath(path), followsLinks);
        walk.Enter(path, "", []);
        return (walk.Files, walk.LeftOut);
    }

    /// <summary>False for FIFOs, sockets and devices, and for what does not exist.</summary>
    public static bool IsRegular(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return File.Exists(path);
        }

        var status = new byte[StatusSize];
        return Status(CurrentFolder, Encoding.UTF8.GetBytes($"{path}\0"), 0, TypeOnly, status) == 0
            && (BitConverter.ToUInt16(status, ModeOffset) & TypeMask) == RegularFile;
    }

    /// <summary>Names are any bytes but a slash and NUL, of which artifacts take only those that every system can have.</summary>
    private static string? ProblemWithName(string path, string name) =>
        name.Contains('\uFFFD', StringComparison.Ordinal) && !Path.Exists(path) ? "its name is not UTF-8"
        : name.Any(character => character is '\\' || char.IsControl(character) || Reorders(character))
            ? "its name has a backslash or control character"
        : null;

    /// <summary>After one of these, what follows is shown in another order.</summary>
    private static bool Reorders(char character) =>
        character is (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069');

    /// <summary>A name as one line that a terminal shows as it is.</summary>
    private static string Shown(string name) =>
        string.Concat(
            name.Select(character =>
                char.IsControl(character) || Reorders(character)
                    ? string.Create(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}")
                    : $"{character}"
            )
        );

    private const string NotRegular = "no regular file";
    private const int CurrentFolder = -100;
    private const uint TypeOnly = 1;
    private const int StatusSize = 256;
    private const int ModeOffset = 28;
    private const int TypeMask = 0xF000;
    private const int RegularFile = 0x8000;
    private const int LongestPath = 4096;

    /// <summary>Where a path leads through all links; null when it leads nowhere.</summary>
    private static string? RealPath(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return Path.Exists(path) ? Path.GetFullPath(path) : null;
        }

        var resolved = new byte[LongestPath];
        return Resolve(Encoding.UTF8.GetBytes($"{path}\0"), resolved) == 0
            ? null
            : Encoding.UTF8.GetString(resolved.AsSpan(0, resolved.AsSpan().IndexOf((byte)0)));
    }

    [DllImport("libc", EntryPoint = "statx")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Status(int folder, byte[] path, int flags, uint mask, byte[] status);

    [DllImport("libc", EntryPoint = "realpath")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint Resolve(byte[] path, byte[] resolved);

    private sealed class Walk(string root, bool followsLinks)
    {
        private readonly string _inside = root.TrimEnd('/') + "/";

        public List<FileOfArtifact> Files { get; } = [];

        public List<LeftOut> LeftOut { get; } = [];

        /// <param name="above">The real paths of the folders on the way here: a link to one of them has no end.</param>
        public void Enter(string folder, string name, IReadOnlyList<string> above)
        {
            var real = RealPath(folder) ?? folder;
            if (above.Contains(real, StringComparer.Ordinal))
            {
                LeftOut.Add(new LeftOut(name, "a link to a folder above it"));
                return;
            }

            foreach (
                var entry in new DirectoryInfo(folder)
                    .EnumerateFileSystemInfos()
                    .OrderBy(entry => entry.Name, StringComparer.Ordinal)
            )
            {
                var below = name.Length == 0 ? entry.Name : $"{name}/{entry.Name}";
                var reason =
                    ProblemWithName(entry.FullName, entry.Name)
                    ?? (entry.LinkTarget is null ? null : ReasonToSkip(entry.FullName));
                if (reason is not null)
                {
                    LeftOut.Add(new LeftOut(Shown(below), reason));
                }
                else if (Directory.Exists(entry.FullName))
                {
                    Enter(entry.FullName, below, [.. above, real]);
                }
                else if (IsRegular(entry.FullName))
                {
                    Files.Add(new FileOfArtifact(entry.FullName, below));
                }
                else
                {
                    LeftOut.Add(new LeftOut(below, NotRegular));
                }
            }
        }

        private string? ReasonToSkip(string link) =>
            RealPath(link) is not { } target ? "a link to nothing"
            : followsLinks ? null
            : !$"{target}/".StartsWith(_inside, StringComparison.Ordinal) ? "a link that leaves the folder"
            : Directory.Exists(target) ? "a link to a folder"
            : null;
    }
}
