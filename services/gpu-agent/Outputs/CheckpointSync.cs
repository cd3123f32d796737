using System.Security.Cryptography;
using System.Text;
using Platform.Contracts.Artifacts;
using Platform.Contracts.Jobs;
using Platform.GpuAgent.Files;
using Platform.GpuAgent.Journal;
using Platform.GpuAgent.Server;

namespace Platform.GpuAgent.Outputs;

/// <summary>
/// Stores the files in <c>checkpoints/</c> as versions of the job's checkpoint artifact. A file counts once two scans
/// found it unchanged; while it is rewritten, its last complete state stays in the manifest. Only changed files are
/// uploaded. A failure is retried at the next scan and never affects the training.
/// </summary>
/// <param name="folder">Where the training saves them.</param>
internal sealed class CheckpointSync(
    string folder,
    AttemptKey key,
    AttemptWork work,
    ArtifactClient artifacts,
    BlobUpload blobs,
    ILogger log
)
{
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan _finalLimit = TimeSpan.FromMinutes(10);

    private readonly ArtifactName _artifact = ArtifactName.OfCheckpoints(key.JobId, key.Rank);
    private readonly FileHashes _hashes = new();
    private readonly HashSet<string> _leftOut = new(StringComparer.Ordinal);
    private Dictionary<string, FileStamp> _seen = new(StringComparer.Ordinal);
    private Dictionary<string, ArtifactFile>? _kept;

    /// <summary>Scans repeatedly until it is cancelled.</summary>
    public async Task FollowAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(_interval, cancellationToken);
            try
            {
                await ScanAsync(cancellationToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                log.LogWarning("Checkpoints of {Attempt} could not be stored yet: {Reason}", key, exception.Message);
            }
        }
    }

    /// <summary>Stores the final state after the end.</summary>
    /// <param name="endedBySignal">
    /// Then a file changed in the last moments may be half written, and does not count.
    /// </param>
    /// <param name="endedAtUtc">When the training ended; null when that is unknown, and nothing new counts.</param>
    public async Task FinishAsync(bool endedBySignal, DateTime? endedAtUtc, CancellationToken cancellationToken)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(_finalLimit);
        try
        {
            await Retry.UntilAnsweredAsync(
                async ct =>
                {
                    await KeepAsync((_, file) => !endedBySignal || file.ModifiedUtc < endedAtUtc - _interval, ct);
                    return true;
                },
                unavailable =>
                    log.LogWarning(
                        "Checkpoints of {Attempt} wait for the platform: {Reason}",
                        key,
                        unavailable.Message
                    ),
                limited.Token
            );
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            log.LogWarning("The last checkpoints of {Attempt} were not stored: {Reason}", key, exception.Message);
        }
    }

    /// <summary>One scan.</summary>
    internal Task ScanAsync(CancellationToken cancellationToken)
    {
        var before = _seen;
        _seen = new Dictionary<string, FileStamp>(StringComparer.Ordinal);
        foreach (var file in Files())
        {
            _seen[file.Path] = file.Stamp;
        }

        return _seen.Any(file => IsStable(file.Key, file.Value))
            ? KeepAsync(IsStable, cancellationToken)
            : Task.CompletedTask;

        bool IsStable(string path, FileStamp stamp) => before.TryGetValue(path, out var earlier) && earlier == stamp;
    }

    private IEnumerable<(string Path, FileStamp Stamp)> Files()
    {
        if (!Directory.Exists(folder))
        {
            yield break;
        }

        foreach (var path in FileTree.Files(folder).Order(StringComparer.Ordinal))
        {
            if (path.EndsWith(".tmp", StringComparison.Ordinal) || FileStamp.Of(path) is not { } stamp)
            {
                continue;
            }

            var name = Path.GetRelativePath(folder, path);
            if (ArtifactPath.IsPossible(name))
            {
                yield return (path, stamp);
            }
            else if (_leftOut.Add(name))
            {
                log.LogWarning(
                    "The checkpoint file {Name} of {Attempt} is not stored: artifacts cannot have files of this name",
                    ArtifactPath.Shown(name),
                    key
                );
            }
        }
    }

    private async Task KeepAsync(Func<string, FileStamp, bool> isComplete, CancellationToken cancellationToken)
    {
        _kept ??= await FindKeptAsync(cancellationToken);
        var files = new Dictionary<string, ArtifactFile>(StringComparer.Ordinal);
        foreach (var (path, stamp) in Files())
        {
            var name = Path.GetRelativePath(folder, path);
            if ((isComplete(path, stamp) ? await KeepFileAsync(path, name, cancellationToken) : null) is { } complete)
            {
                files[name] = complete;
            }
            else if (_kept.TryGetValue(name, out var earlier))
            {
                files[name] = earlier;
            }
        }

        if (files.Count == 0 || (files.Count == _kept.Count && files.All(file => IsKept(file.Key, file.Value.Sha256))))
        {
            return;
        }

        await CreateVersionAsync([.. files.Values], cancellationToken);
        _kept = files;
    }

    private async Task<Dictionary<string, ArtifactFile>> FindKeptAsync(CancellationToken cancellationToken)
    {
        var manifest = await artifacts.FindAsync(key, _artifact, cancellationToken);
        return (manifest?.Files ?? []).ToDictionary(file => file.Path, StringComparer.Ordinal);
    }

    private bool IsKept(string name, string sha256) =>
        _kept!.TryGetValue(name, out var kept) && string.Equals(kept.Sha256, sha256, StringComparison.Ordinal);

    private async Task<ArtifactFile?> KeepFileAsync(string path, string name, CancellationToken cancellationToken)
    {
        try
        {
            var hashed = await _hashes.HashAsync(path, name, cancellationToken);
            return IsKept(name, hashed.Sha256) ? hashed : await blobs.KeepAsync(path, name, _hashes, cancellationToken);
        }
        catch (FileChangedException)
        {
            return null;
        }
    }

    private async Task CreateVersionAsync(IReadOnlyList<ArtifactFile> files, CancellationToken cancellationToken)
    {
        var version = new CreateVersion
        {
            Type = "checkpoint",
            Project = work.Project,
            Files = files,
            JobId = key.JobId,
            Attempt = key.Attempt,
            Rank = key.NamedRank,
            RunId = work.RunId,
        };
        // The replaced version is part of the key: going back to an earlier state makes a new version.
        var idempotencyKey = $"{key}-checkpoints-{DigestOf([.. _kept!.Values, .. files])}";
        var created = await artifacts.CreateVersionAsync(_artifact.Name, version, idempotencyKey, cancellationToken);
        log.LogInformation(
            "Stored {Files} checkpoint files as {Name}:{Version}",
            files.Count,
            _artifact.Name,
            created.Version
        );
    }

    private static string DigestOf(IEnumerable<ArtifactFile> files)
    {
        var lines = string.Concat(files.Select(file => $"{file.Sha256}  {file.Path}\n"));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(lines)))[..32];
    }
}
