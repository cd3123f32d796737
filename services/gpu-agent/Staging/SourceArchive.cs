using System.Formats.Tar;
using System.IO.Compression;

namespace Platform.GpuAgent.Staging;

/// <summary>
/// A source that is one archive. Entries outside the folder are refused by .NET's readers (an <see
/// cref="IOException"/>).
/// </summary>
internal static class SourceArchive
{
    public static bool IsArchive(string name) =>
        HasEnding(name, ".zip") || HasEnding(name, ".tar") || HasEnding(name, ".tar.gz") || HasEnding(name, ".tgz");

    /// <summary>Unpacks it and removes it.</summary>
    public static void Unpack(string archive, string folder)
    {
        try
        {
            if (HasEnding(archive, ".zip"))
            {
                ZipFile.ExtractToDirectory(archive, folder, overwriteFiles: true);
            }
            else
            {
                using Stream file = File.OpenRead(archive);
                using var content = HasEnding(archive, ".tar")
                    ? file
                    : new GZipStream(file, CompressionMode.Decompress);
                TarFile.ExtractToDirectory(content, folder, overwriteFiles: true);
            }
        }
        catch (InvalidDataException exception)
        {
            throw new IOException($"The source archive cannot be read: {exception.Message}", exception);
        }

        File.Delete(archive);
    }

    private static bool HasEnding(string name, string ending) =>
        name.EndsWith(ending, StringComparison.OrdinalIgnoreCase);
}
