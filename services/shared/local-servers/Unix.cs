using System.Runtime.InteropServices;

namespace Platform.LocalServers;

/// <summary>System calls that .NET has no name for.</summary>
public static partial class Unix
{
    /// <summary>SIGTERM.</summary>
    public const int Terminate = 15;

    /// <summary>SIGKILL.</summary>
    public const int Kill = 9;

    /// <summary>Sends a signal to a process.</summary>
    /// <returns>False when there is no such process or it is not ours.</returns>
    public static bool Signal(int processId, int signal) => KillProcess(processId, signal) == 0;

    /// <summary>Replaces this process by another program; returns only when that failed.</summary>
    /// <returns>The system's error number.</returns>
    public static int Replace(string program, params IReadOnlyList<string> arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        _ = Execute(program, [program, .. arguments, null]);
        return Marshal.GetLastPInvokeError();
    }

    /// <summary>The size of the terminal that standard output is; null when it is none.</summary>
    public static (int Width, int Height)? TerminalSize() =>
        // TIOCGWINSZ
        WindowSize(1, 0x5413, out var size) == 0
            ? (size.Columns, size.Rows)
            : null;

    /// <summary>Makes everything in the file system of a folder durable, names of files too.</summary>
    /// <exception cref="IOException">The system cannot.</exception>
    public static void FlushFileSystem(string folder)
    {
        var descriptor = Open(folder, 0);
        var isFlushed = descriptor >= 0 && SyncFileSystem(descriptor) == 0;
        var reason = Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError());
        if (descriptor >= 0)
        {
            _ = Close(descriptor);
        }

        if (!isFlushed)
        {
            throw new IOException($"{folder} cannot be flushed to the disk: {reason}");
        }
    }

    /// <summary>Who owns a file or folder on Linux; null when it does not exist.</summary>
    internal static (uint User, uint Group)? OwnerOf(string path)
    {
        // AT_FDCWD, and STATX_UID | STATX_GID. struct statx is the same on all processors, unlike struct stat.
        var status = new uint[64];
        return Status(-100, path, 0, 0x18, status) == 0 ? (status[5], status[6]) : null;
    }

    internal static void ChangeOwner(string path, uint user, uint group)
    {
        if (ChangeOwnerOf(path, user, group) != 0)
        {
            var reason = Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError());
            throw new LocalServerException($"The owner of {path} cannot be changed: {reason}");
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int KillProcess(int processId, int signal);

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int WindowSize(int descriptor, nuint request, out Winsize size);

    [LibraryImport("libc", EntryPoint = "execvp", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Execute(string program, string?[] arguments);

    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwnerOf(string path, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Status(int folder, string path, int flags, uint mask, [Out] uint[] status);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "syncfs", SetLastError = true)]
    private static partial int SyncFileSystem(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    /// <summary><c>struct winsize</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Winsize
    {
        public ushort Rows;
        public ushort Columns;
        public ushort PixelWidth;
        public ushort PixelHeight;
    }
}
