using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Platform.GpuAgent.Linux;

namespace Platform.GpuAgent.Files;

/// <summary>Files that are complete after any crash: written to a temporary file, flushed, then renamed.</summary>
internal static class DurableFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static void Write<T>(string path, T value, JsonTypeInfo<T> type) =>
        Write(path, JsonSerializer.SerializeToUtf8Bytes(value, type));

    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        Replace(path, content, flush: true);
        LibC.SyncFolder(Path.GetDirectoryName(path)!);
    }

    /// <summary>Complete after a crash of this process; a crash of the machine may lose or truncate it.</summary>
    public static void Replace<T>(string path, T value, JsonTypeInfo<T> type) =>
        Replace(path, JsonSerializer.SerializeToUtf8Bytes(value, type), flush: false);

    /// <summary>Makes a file that was replaced as durable as one that was written.</summary>
    public static void Flush(string path)
    {
        using (
            var file = File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete)
        )
        {
            RandomAccess.FlushToDisk(file);
        }

        LibC.SyncFolder(Path.GetDirectoryName(path)!);
    }

    private static void Replace(string path, ReadOnlySpan<byte> content, bool flush)
    {
        var temporary = path + ".tmp";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        using (var file = new FileStream(temporary, options))
        {
            file.Write(content);
            file.Flush(flushToDisk: flush);
        }

        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>Null when there is no such file.</summary>
    /// <exception cref="JsonException">It is damaged.</exception>
    public static T? Read<T>(string path, JsonTypeInfo<T> type)
        where T : class => File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllBytes(path), type) : null;
}
