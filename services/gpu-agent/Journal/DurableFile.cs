using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Platform.GpuAgent.Processes;

namespace Platform.GpuAgent.Journal;

/// <summary>Files that are whole after any crash: written beside, flushed, then renamed.</summary>
internal static class DurableFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static void Write<T>(string path, T value, JsonTypeInfo<T> type) =>
        Write(path, JsonSerializer.SerializeToUtf8Bytes(value, type));

    public static void Write(string path, ReadOnlySpan<byte> content)
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
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
        LibC.SyncFolder(Path.GetDirectoryName(path)!);
    }

    /// <summary>Null when there is no such file.</summary>
    /// <exception cref="JsonException">It is not what was written.</exception>
    public static T? Read<T>(string path, JsonTypeInfo<T> type)
        where T : class => File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllBytes(path), type) : null;
}
