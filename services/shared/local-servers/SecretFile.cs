namespace Platform.LocalServers;

/// <summary>Files that only their owner may read.</summary>
public static class SecretFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Reads the file, or writes what <paramref name="create"/> makes; of two at once both get the same.</summary>
    public static string ReadOrCreate(string path, Func<string> create)
    {
        if (!File.Exists(path))
        {
            Write(path, create(), overwrite: false);
        }

        return File.ReadAllText(path).Trim();
    }

    /// <summary>Replaces the file in one step, so that a reader sees the old or the new content and never half of it.</summary>
    public static void Write(string path, string content, bool overwrite = true)
    {
        var temporary = $"{path}.{Guid.CreateVersion7():N}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        using (var writer = new StreamWriter(temporary, options))
        {
            writer.Write(content);
        }

        try
        {
            File.Move(temporary, path, overwrite);
        }
        catch (IOException) when (!overwrite && File.Exists(path))
        {
            File.Delete(temporary);
        }
    }
}
