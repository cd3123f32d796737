using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Platform.Cli.Output;
using Platform.Cli.Server;
using Platform.Contracts.Artifacts;
using Platform.Sdk;
using PlatformClient = Platform.Cli.Server.PlatformClient;

namespace Platform.Cli.Artifacts;

/// <summary>
/// Downloads files; a file gets its final name only when complete and verified, and an interrupted one is resumed.
/// </summary>
/// <param name="report">Gets what happens, as a line for users.</param>
/// <param name="progress">Gets how far it is.</param>
internal sealed class ArtifactDownload(
    PlatformClient client,
    Action<string> report,
    IProgress<TransferProgress>? progress = null
)
{
    private const int Tries = 5;
    private const int FilesAtOnce = 4;
    private const int PartialNameLength = 16;
    private const UnixFileMode Execute =
        UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Fetches the files of a version that do not exist yet.</summary>
    /// <param name="overwrites">Replace files of the folder that have other content; otherwise nothing is written when there are any.</param>
    public async Task FetchAllAsync(
        ArtifactReference version,
        IReadOnlyList<ArtifactFile> files,
        string folder,
        bool overwrites,
        CancellationToken cancellationToken
    )
    {
        var compared = await CompareAllAsync(files, folder, cancellationToken);
        RefuseIfInTheWay([.. compared.Select(file => file.InTheWay).OfType<InTheWay>().Distinct()], overwrites);
        var missing = files.Where((_, i) => !compared[i].IsThere).ToList();
        if (missing.Count == 0)
        {
            return;
        }

        var all = missing.Count == files.Count ? "" : $"{missing.Count} of ";
        var done = new TransferProgress(0, missing.Count, 0, missing.Sum(file => file.Size));
        report($"Downloading {all}{Count.Of(files.Count, "file")} ({JsonText.Bytes(done.AllBytes)}) …");
        var gate = new Lock();
        await Parallel.ForEachAsync(
            missing,
            Several(cancellationToken),
            async (file, token) =>
            {
                await FetchAsync(version, file, TargetOf(file, folder), token);
                lock (gate)
                {
                    progress?.Report(done = done.Add(1, file.Size));
                }
            }
        );
    }

    private static ParallelOptions Several(CancellationToken cancellationToken) =>
        new() { MaxDegreeOfParallelism = FilesAtOnce, CancellationToken = cancellationToken };

    /// <summary>Which files the folder has, and what it has in place of the others.</summary>
    private static async Task<(bool IsThere, InTheWay? InTheWay)[]> CompareAllAsync(
        IReadOnlyList<ArtifactFile> files,
        string folder,
        CancellationToken cancellationToken
    )
    {
        var compared = new (bool IsThere, InTheWay? InTheWay)[files.Count];
        await Parallel.ForAsync(
            0,
            files.Count,
            Several(cancellationToken),
            async (i, token) =>
            {
                var target = TargetOf(files[i], folder);
                var isThere = ArtifactFolder.IsRegular(target) && await IsIntactAsync(target, files[i], token);
                compared[i] = (isThere, isThere ? null : InTheWay.Of(target));
            }
        );
        return compared;
    }

    private static void RefuseIfInTheWay(IReadOnlyList<InTheWay> all, bool overwrites)
    {
        var files = all.Where(one => one.CanBeOverwritten).ToList();
        if (all.FirstOrDefault(one => !one.CanBeOverwritten) is { } other)
        {
            throw new CliException($"{other}; nothing was written. Choose another folder, or move it away.");
        }

        if (files.Count > 0 && !overwrites)
        {
            throw new CliException(
                $"{(files.Count == 1 ? $"{files[0]}" : $"{files[0].Path} and {Count.Of(files.Count - 1, "more file")} exist with other content")}; nothing was written. Choose another folder, or overwrite with --force."
            );
        }
    }

    private async Task FetchAsync(
        ArtifactReference version,
        ArtifactFile file,
        string target,
        CancellationToken cancellationToken
    )
    {
        try
        {
            var folder = Path.GetDirectoryName(target)!;
            Directory.CreateDirectory(folder);
            await FetchAsync(version, file, Path.Combine(folder, PartialNameOf(file)), target, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw FileErrors.Unwritable(target, exception);
        }
    }

    private async Task FetchAsync(
        ArtifactReference version,
        ArtifactFile file,
        string partial,
        string target,
        CancellationToken cancellationToken
    )
    {
        for (var attempt = 1; !await TryFetchAsync(version, file, partial, cancellationToken); attempt++)
        {
            if (attempt == Tries)
            {
                throw new CliException(
                    $"The connection was lost {Tries} times while downloading {file.Path}; run the command again to continue."
                );
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200 * attempt), cancellationToken);
        }

        if (!await IsIntactAsync(partial, file, cancellationToken))
        {
            File.Delete(partial);
            throw new CliException(
                $"The checksum of {file.Path} is wrong; the file was discarded. Run the command again."
            );
        }

        if (file.Executable && !OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(partial, File.GetUnixFileMode(partial) | Execute);
        }

        File.Move(partial, target, overwrite: true);
    }

    /// <summary>
    /// The name of an incomplete file, which the next download continues. It is short whatever the file's name is: that may be as
    /// long as the file system allows.
    /// </summary>
    private static string PartialNameOf(ArtifactFile file)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{file.Sha256} {file.Path}"));
        return $".{Convert.ToHexStringLower(hash)[..PartialNameLength]}.part";
    }

    /// <summary>The file's path; a name that leads out of the folder is refused.</summary>
    private static string TargetOf(ArtifactFile file, string folder)
    {
        var target = Path.GetFullPath(Path.Combine(folder, file.Path));
        return target.StartsWith(folder.TrimEnd('/') + "/", StringComparison.Ordinal)
            ? target
            : throw new CliException(
                $"The version has a file with the name '{file.Path}', which leads out of the folder."
            );
    }

    /// <returns>False when the connection was lost before the end.</returns>
    private async Task<bool> TryFetchAsync(
        ArtifactReference version,
        ArtifactFile file,
        string partial,
        CancellationToken cancellationToken
    )
    {
        await using var output = new FileStream(partial, FileMode.OpenOrCreate, FileAccess.Write);
        if (output.Length > file.Size)
        {
            output.SetLength(0);
        }

        var have = output.Length;
        if (have == file.Size)
        {
            return true;
        }

        var name = string.Join('/', file.Path.Split('/').Select(Uri.EscapeDataString));
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{version.Path}/files/{name}");
        request.Headers.Range = have > 0 ? new RangeHeaderValue(have, null) : null;
        using var response = await client.SendAsync(request, cancellationToken);
        if (response.StatusCode is not HttpStatusCode.PartialContent)
        {
            output.SetLength(0);
        }

        output.Seek(0, SeekOrigin.End);
        return await TryCopyAsync(response.Content, output, cancellationToken) && output.Length == file.Size;
    }

    /// <returns>False when the connection was lost; that the file cannot be written is an error.</returns>
    private static async Task<bool> TryCopyAsync(
        HttpContent content,
        FileStream output,
        CancellationToken cancellationToken
    )
    {
        var buffer = new byte[128 * 1024];
        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        while (true)
        {
            int read;
            try
            {
                read = await stream.ReadAsync(buffer, cancellationToken);
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException)
            {
                return false;
            }

            if (read == 0)
            {
                return true;
            }

            await output.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }
    }

    private static async Task<bool> IsIntactAsync(string path, ArtifactFile file, CancellationToken cancellationToken)
    {
        await using var stream = OpenRead(path);
        return stream.Length == file.Size
            && string.Equals(
                Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken)),
                file.Sha256,
                StringComparison.Ordinal
            );
    }

    private static FileStream OpenRead(string path)
    {
        try
        {
            return File.OpenRead(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw FileErrors.Unreadable(path, exception);
        }
    }

    /// <summary>What is in the place of a file, or of a folder on the way to it.</summary>
    /// <param name="CanBeOverwritten">Only files can.</param>
    private sealed record InTheWay(string Path, string What, bool CanBeOverwritten)
    {
        /// <summary>Null when nothing is.</summary>
        public static InTheWay? Of(string target)
        {
            if (IsThere(target))
            {
                return ArtifactFolder.IsRegular(target)
                    ? new InTheWay(target, "exists with other content", CanBeOverwritten: true)
                    : new InTheWay(target, "exists and is no regular file", CanBeOverwritten: false);
            }

            var above = System.IO.Path.GetDirectoryName(target);
            while (above is not null && !IsThere(above))
            {
                above = System.IO.Path.GetDirectoryName(above);
            }

            return above is null || Directory.Exists(above)
                ? null
                : new InTheWay(above, "exists and is no folder", CanBeOverwritten: false);
        }

        public override string ToString() => $"{Path} {What}";

        /// <summary>Also a link that leads nowhere.</summary>
        private static bool IsThere(string path) =>
            System.IO.Path.Exists(path) || new FileInfo(path).LinkTarget is not null;
    }
}
