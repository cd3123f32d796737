using System.Runtime.InteropServices;

namespace Platform.GpuAgent.Linux;

/// <summary>System calls for which .NET has no method.</summary>
internal static partial class LibC
{
    public const int SigKill = 9;
    public const int SigTerm = 15;

    private const int SigTtin = 21;
    private const int SigTtou = 22;
    private const int LastSignal = 64;
    private const nint Ignored = 1;
    private const int ReadOnly = 0;
    private const int KeepSizeAndPunchHole = 0x01 | 0x02;
    private const int Executable = 1;
    private const int FollowNoLink = 0x100;
    private const int CurrentFolder = -100;
    private const uint TypeAndMode = 0x3;

    private static readonly nint _noEffect = NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(), "abs");

    /// <summary>
    /// Signals a process, or with a negative number a process group; a process that has ended is no error.
    /// </summary>
    public static void Signal(int process, int signal) => _ = Kill(process, signal);

    /// <summary>
    /// Restores the default of every signal in child processes. .NET ignores SIGPIPE, and <c>nohup</c> or a shell that starts this
    /// program in the background others; ignored signals are inherited by children, which a shell cannot change. Handlers are
    /// not inherited, so one without effect (libc's <c>abs</c>) is installed: for this process the signals stay ignored.
    /// </summary>
    public static void RestoreDefaultSignals()
    {
        // More than any struct sigaction has; the handler comes first in it.
        Span<nint> action = stackalloc nint[64];
        for (var signal = 1; signal <= LastSignal; signal++)
        {
            // Those two are about a terminal, which a training has not. With a handler, writing to one would fail instead of work.
            if (
                signal is not (SigTtin or SigTtou)
                && ReadAction(signal, 0, ref MemoryMarshal.GetReference(action)) == 0
                && action[0] == Ignored
            )
            {
                _ = Handle(signal, _noEffect);
            }
        }
    }

    public static bool IsExecutable(string path) => Access(path, Executable) == 0;

    /// <summary>Makes renames in a folder durable.</summary>
    public static void SyncFolder(string path)
    {
        var descriptor = Open(path, ReadOnly);
        if (descriptor >= 0)
        {
            _ = FSync(descriptor);
            _ = Close(descriptor);
        }
    }

    /// <summary>Frees blocks of a file; its length does not change.</summary>
    /// <returns>False where the file system cannot.</returns>
    public static bool PunchHole(SafeHandle file, long offset, long length) =>
        FAllocate(file, KeepSizeAndPunchHole, offset, length) == 0;

    /// <summary>
    /// True for a plain file or a link to nothing else: opening a pipe or device could block for ever.
    /// </summary>
    public static bool IsRegularFile(string path)
    {
        // struct statx is the same on every architecture: stx_mode is at byte 28.
        Span<byte> buffer = stackalloc byte[256];
        return StatX(CurrentFolder, path, FollowNoLink, TypeAndMode, ref MemoryMarshal.GetReference(buffer)) == 0
            && (BitConverter.ToUInt16(buffer[28..]) & 0xF000) == 0x8000;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint Handle(int signal, nint handler);

    [LibraryImport("libc", EntryPoint = "sigaction")]
    private static partial int ReadAction(int signal, nint next, ref nint action);

    [LibraryImport("libc", EntryPoint = "access", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Access(string path, int mode);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int FSync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "fallocate")]
    private static partial int FAllocate(SafeHandle descriptor, int mode, long offset, long length);

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int folder, string path, int flags, uint mask, ref byte buffer);
}
