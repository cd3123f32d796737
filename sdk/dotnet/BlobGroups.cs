using System.Formats.Tar;

namespace Platform.Sdk;

/// <summary>Bytes to be uploaded.</summary>
/// <param name="Sha256">Their name.</param>
/// <param name="Size">Bytes.</param>
/// <param name="File">Where they are.</param>
internal sealed record BlobFile(string Sha256, long Size, string File);

/// <summary>Small files in few requests: one for each of them takes longer than its bytes.</summary>
internal static class BlobGroups
{
    /// <summary>How many hashes the platform is asked about at once.</summary>
    public const int HashesPerRequest = 10_000;

    /// <summary>The media type of <see cref="ArchiveOf"/>.</summary>
    public const string MediaType = "application/x-tar";

    /// <summary>Up to how many bytes a file is sent together with others.</summary>
    public const int SmallFile = 256 * 1024;

    public const int FilesPerRequest = 1000;
    public const long BytesPerRequest = 4 << 20;

    /// <summary>Whether a file is sent together with others.</summary>
    public static bool IsSmall(BlobFile file) => file.Size <= SmallFile;

    /// <summary>Small files in groups of one request each.</summary>
    public static IEnumerable<IReadOnlyList<BlobFile>> Of(IEnumerable<BlobFile> files)
    {
        var group = new List<BlobFile>();
        var size = 0L;
        foreach (var file in files)
        {
            if (group.Count == FilesPerRequest || (group.Count > 0 && size + file.Size > BytesPerRequest))
            {
                yield return group;
                (group, size) = ([], 0);
            }

            group.Add(file);
            size += file.Size;
        }

        if (group.Count > 0)
        {
            yield return group;
        }
    }

    /// <summary>The body of a request.</summary>
    public static byte[] ArchiveOf(IReadOnlyList<BlobFile> group)
    {
        using var body = new MemoryStream();
        using (var archive = new TarWriter(body, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (var file in group)
            {
                using var bytes = File.OpenRead(file.File);
                archive.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, file.Sha256) { DataStream = bytes });
            }
        }

        return body.ToArray();
    }
}
