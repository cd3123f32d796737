using Platform.Contracts.Artifacts;
using Platform.Contracts.Jobs;
using Platform.GpuAgent.Files;
using Platform.GpuAgent.Journal;
using Platform.GpuAgent.Server;

namespace Platform.GpuAgent.Staging;

/// <summary>Makes an attempt's work folder: files, source, inputs, and the checkpoints of earlier attempts.</summary>
internal sealed class WorkFolder(ArtifactClient artifacts, BlobCache cache, ILogger<WorkFolder> log)
{
    private const int FetchesAtOnce = 4;
    private const UnixFileMode Execute =
        UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Creates the folder from scratch, while the work is still being fetched, and completes it.</summary>
    /// <exception cref="StagingFailedException">It cannot be made.</exception>
    public async Task StageAsync(
        AttemptKey reader,
        AttemptFolder folder,
        Task<AttemptWork> fetching,
        CancellationToken cancellationToken
    )
    {
        try
        {
            FileTree.Delete(folder.Work);
            Directory.CreateDirectory(folder.Work);
            foreach (var path in (string[])[folder.Inputs, folder.Outputs, folder.Checkpoints, folder.Temporary])
            {
                Directory.CreateDirectory(path);
            }

            var work = await fetching;
            var staged = new StagedFiles(folder.Work);
            if (work.Source is { } source)
            {
                await StageSourceAsync(reader, folder.Work, source, staged, cancellationToken);
            }

            foreach (var (path, text) in work.Files)
            {
                staged.Add(WorkPaths.Resolve(folder.Work, path), FileSentences.OfJob);
                await WriteFileAsync(folder.Work, path, text, cancellationToken);
            }

            foreach (var input in work.Inputs)
            {
                await StageInputAsync(reader, folder.Work, input, staged, cancellationToken);
            }

            if (reader.Attempt > 1)
            {
                await RestoreCheckpointsAsync(reader, folder.Checkpoints, cancellationToken);
            }
        }
        catch (UnsafePathException exception)
        {
            throw new StagingFailedException(EndReasons.InputMissing, exception.Why);
        }
        catch (ContentMismatchException exception)
        {
            throw new StagingFailedException(EndReasons.InputMissing, exception.Why);
        }
        catch (PlatformRefusedException exception)
        {
            throw new StagingFailedException(
                EndReasons.InputMissing,
                FileSentences.InputRefused.With((int)exception.Status, exception.Why)
            );
        }
        catch (IOException exception) when (DiskSpace.IsFull(exception))
        {
            throw new StagingFailedException(EndReasons.DiskFull, EndingSentences.SystemError.With(exception.Message));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StagingFailedException(
                EndReasons.InputMissing,
                EndingSentences.SystemError.With(exception.Message)
            );
        }
    }

    private static async Task WriteFileAsync(string work, string path, string text, CancellationToken cancellationToken)
    {
        var target = WorkPaths.Resolve(work, path);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        await File.WriteAllTextAsync(target, text, cancellationToken);
        FileTree.AllowScript(target);
    }

    private async Task StageSourceAsync(
        AttemptKey reader,
        string work,
        ArtifactReference source,
        StagedFiles staged,
        CancellationToken cancellationToken
    )
    {
        var manifest = await FindAsync(reader, source.Artifact, cancellationToken);
        await FetchAsync(reader, manifest, work, keep: true, cancellationToken);
        if (manifest.Files is [var only] && SourceArchive.IsArchive(only.Path))
        {
            SourceArchive.Unpack(WorkPaths.Resolve(work, only.Path), work);
        }

        foreach (var file in FileTree.Files(work))
        {
            staged.Add(file, FileSentences.OfSource.With(source.Artifact));
            FileTree.AllowScript(file);
        }
    }

    private async Task StageInputAsync(
        AttemptKey reader,
        string work,
        JobInput input,
        StagedFiles staged,
        CancellationToken cancellationToken
    )
    {
        var manifest = await FindAsync(reader, input.Artifact, cancellationToken);
        var target = WorkPaths.Resolve(work, input.Path);
        foreach (var file in manifest.Files)
        {
            staged.Add(WorkPaths.Resolve(target, file.Path), FileSentences.OfInput.With(input.Artifact));
        }

        await FetchAsync(reader, manifest, target, keep: true, cancellationToken);
    }

    private async Task RestoreCheckpointsAsync(AttemptKey reader, string target, CancellationToken cancellationToken)
    {
        var name = ArtifactName.OfCheckpoints(reader.JobId, reader.Rank);
        if (await RetryAsync(ct => artifacts.FindAsync(reader, name, ct), cancellationToken) is { } manifest)
        {
            await FetchAsync(reader, manifest, target, keep: false, cancellationToken);
        }
    }

    private async Task<ArtifactManifest> FindAsync(
        AttemptKey reader,
        string reference,
        CancellationToken cancellationToken
    )
    {
        var name = ArtifactName.Parse(reference);
        return await RetryAsync(ct => artifacts.FindAsync(reader, name, ct), cancellationToken)
            ?? throw new StagingFailedException(EndReasons.InputMissing, FileSentences.NoArtifact.With($"{name}"));
    }

    private async Task FetchAsync(
        AttemptKey reader,
        ArtifactManifest manifest,
        string target,
        bool keep,
        CancellationToken cancellationToken
    )
    {
        Directory.CreateDirectory(target);
        var parallel = new ParallelOptions
        {
            MaxDegreeOfParallelism = FetchesAtOnce,
            CancellationToken = cancellationToken,
        };
        await Parallel.ForEachAsync(
            manifest.Files,
            parallel,
            async (file, ct) =>
            {
                var destination = WorkPaths.Resolve(target, file.Path);
                Directory.CreateDirectory(Path.GetDirectoryName(destination)!);
                if (!keep || !cache.Keeps(file.Size))
                {
                    await DownloadAsync(reader, manifest, file, destination, ct);
                }
                else if (!cache.TryCopy(file.Sha256, file.Size, destination))
                {
                    var cached = cache.PathOf(file.Sha256);
                    Directory.CreateDirectory(Path.GetDirectoryName(cached)!);
                    await DownloadAsync(reader, manifest, file, cached, ct);
                    File.Copy(cached, destination, overwrite: true);
                }

                if (file.Executable && !OperatingSystem.IsWindows())
                {
                    File.SetUnixFileMode(destination, File.GetUnixFileMode(destination) | Execute);
                }
            }
        );
    }

    private async Task DownloadAsync(
        AttemptKey reader,
        ArtifactManifest manifest,
        ArtifactFile file,
        string destination,
        CancellationToken cancellationToken
    ) =>
        await RetryAsync(
            async ct =>
            {
                try
                {
                    await artifacts.DownloadAsync(reader, manifest, file, destination, ct);
                }
                catch (ContentMismatchException)
                {
                    // A second download repairs damage in transit, but not damage at the source.
                    await artifacts.DownloadAsync(reader, manifest, file, destination, ct);
                }

                return true;
            },
            cancellationToken
        );

    private Task<T> RetryAsync<T>(Func<CancellationToken, Task<T>> send, CancellationToken cancellationToken) =>
        Retry.UntilAnsweredAsync(
            send,
            unavailable => log.LogWarning("Staging waits for the platform: {Reason}", unavailable.Message),
            cancellationToken
        );
}
