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

    /// <summary>Makes a file to write to, which must not exist.</summary>
    public static FileStream CreateNew(string path)
    {
        const int BufferSize = 128 * 1024;
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            BufferSize = BufferSize,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        return new FileStream(path, options);
    }

    /// <summary>Replaces the file in one step, so that a reader sees the old or the new content and never half of it.</summary>
    public static void Write(string path, string content, bool overwrite = true)
    {
        var temporary = $"{path}.{Guid.CreateVersion7():N}";
        using (var writer = new StreamWriter(CreateNew(temporary)))
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
