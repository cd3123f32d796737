using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Platform.GpuAgent.Linux;

/// <summary>
/// The short files that the shim writes into an attempt's folder. The training can reach them, and put a pipe, a link or a device
/// there: reading one must neither block nor fill the memory.
/// </summary>
internal static class SmallFile
{
    private const int MaxBytes = 128;

    /// <summary>The first 128 bytes; empty when there is no plain file that can be read.</summary>
    public static string Read(string path)
    {
        Span<byte> buffer = stackalloc byte[MaxBytes];
        try
        {
            using var file = Open(path);
            return file is null
                ? ""
                : Encoding.UTF8.GetString(buffer[..RandomAccess.Read(file, buffer, fileOffset: 0)]);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    /// <summary>Makes it survive a crash of the machine, where that is possible.</summary>
    public static void Flush(string path)
    {
        try
        {
            using var file = Open(path);
            if (file is not null)
            {
                RandomAccess.FlushToDisk(file);
                LibC.SyncFolder(Path.GetDirectoryName(path)!);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A failing disk must not keep the attempt from ending.
        }
    }

    /// <summary>Null when it is no plain file.</summary>
    private static SafeFileHandle? Open(string path) =>
        LibC.IsRegularFile(path)
            ? File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete)
            : null;
}
