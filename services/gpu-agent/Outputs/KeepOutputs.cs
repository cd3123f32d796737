using Platform.Contracts.Artifacts;
using Platform.Contracts.Jobs;
using Platform.Contracts.Sentences;
using Platform.GpuAgent.Files;
using Platform.GpuAgent.Journal;
using Platform.GpuAgent.Linux;
using Platform.GpuAgent.Server;

namespace Platform.GpuAgent.Outputs;

/// <summary>The result of storing an attempt's outputs.</summary>
/// <param name="Refusal">Why one could not be stored; null when all were.</param>
/// <param name="Note">What was left out, as a text for users.</param>
internal sealed record OutputsKept(Sentence? Refusal, Sentence? Note);

/// <summary>Stores the outputs of an attempt that succeeded as artifact versions.</summary>
internal sealed class KeepOutputs(ArtifactClient artifacts, BlobUpload blobs, ILogger<KeepOutputs> log)
{
    /// <summary>Can be repeated: a version made by an earlier try is found by its key.</summary>
    public async Task<OutputsKept> RunAsync(
        AttemptKey attempt,
        AttemptFolder folder,
        AttemptWork work,
        CancellationToken cancellationToken
    )
    {
        var skipped = new LeftOut();
        for (var index = 0; index < work.Outputs.Count; index++)
        {
            var output = work.Outputs[index];
            try
            {
                var files = Collect(folder.Work, output.Path, skipped);
                if (files.Count == 0 && attempt.Rank > 0)
                {
                    continue; // as a rule only the first rank writes the result of all
                }

                if (files.Count == 0)
                {
                    return new OutputsKept(WhyEmpty(folder.Work, output.Path), skipped.Note);
                }

                await KeepAsync(output, files, work, attempt, $"{attempt}-output-{index}", cancellationToken);
            }
            catch (UnsafePathException exception)
            {
                return new OutputsKept(exception.Why, skipped.Note);
            }
            catch (FileChangedException exception)
            {
                return new OutputsKept(exception.Why, skipped.Note);
            }
            catch (UnauthorizedAccessException)
            {
                return new OutputsKept(FileSentences.OutputUnreadable.With(output.Path), skipped.Note);
            }
            catch (PlatformRefusedException exception)
            {
                return new OutputsKept(FileSentences.OutputRefused.With(output.Path, exception.Why), skipped.Note);
            }
        }

        return new OutputsKept(null, skipped.Note);
    }

    // Not a success: a missing output must fail the job, not surface later when the output is needed.
    private static Sentence WhyEmpty(string work, string path) =>
        Directory.Exists(WorkPaths.Resolve(work, path))
            ? FileSentences.OutputFolderEmpty.With(path)
            : FileSentences.OutputMissing.With(path);

    private static List<(string Path, string Name)> Collect(string work, string path, LeftOut skipped)
    {
        var root = WorkPaths.Resolve(work, path);
        if (LibC.IsRegularFile(root))
        {
            return [(root, Path.GetFileName(root))];
        }

        if (!Directory.Exists(root))
        {
            return [];
        }

        var files = FileTree.Files(root).Select(file => (Path: file, Name: Path.GetRelativePath(root, file))).ToList();
        foreach (var link in FileTree.Links(root))
        {
            if (WorkPaths.TargetInside(work, link) is { } target && LibC.IsRegularFile(target))
            {
                files.Add((target, Path.GetRelativePath(root, link)));
            }
            else
            {
                skipped.Links.Add(Path.GetRelativePath(work, link));
            }
        }

        skipped.Names.AddRange(
            files
                .Where(file => !ArtifactPath.IsPossible(file.Name))
                .Select(file => Path.Combine(root, file.Name))
                .Concat(FileTree.WithoutName(root))
                .Select(file => Path.GetRelativePath(work, file))
        );
        files.RemoveAll(file => !ArtifactPath.IsPossible(file.Name));
        files.Sort((one, other) => string.CompareOrdinal(one.Name, other.Name));
        return files;
    }

    private Task<ArtifactManifest> KeepAsync(
        JobOutput output,
        List<(string Path, string Name)> files,
        AttemptWork work,
        AttemptKey attempt,
        string key,
        CancellationToken cancellationToken
    )
    {
        var hashes = new FileHashes();
        return Retry.UntilAnsweredAsync(
            async ct =>
            {
                var kept = new List<ArtifactFile>(files.Count);
                foreach (var (path, name) in files)
                {
                    kept.Add(await blobs.KeepAsync(path, name, hashes, ct));
                }

                var version = new CreateVersion
                {
                    Type = output.Type,
                    Project = work.Project,
                    Files = kept,
                    JobId = attempt.JobId,
                    Attempt = attempt.Attempt,
                    Rank = attempt.NamedRank,
                    RunId = work.RunId,
                };
                return await artifacts.CreateVersionAsync(output.Artifact, version, key, ct);
            },
            unavailable =>
                log.LogWarning("Outputs of {Attempt} wait for the platform: {Reason}", attempt, unavailable.Message),
            cancellationToken
        );
    }

    /// <summary>What an output has and its version has not.</summary>
    private sealed class LeftOut
    {
        private const int MaxNamed = 5;

        public List<string> Links { get; } = [];

        public List<string> Names { get; } = [];

        /// <summary>A text for users; null when nothing was left out.</summary>
        public Sentence? Note =>
            Sentence.Join(
                Say(Links, FileSentences.LinksLeftOut, FileSentences.MoreLinksLeftOut),
                Say(Names, FileSentences.NamesLeftOut, FileSentences.MoreNamesLeftOut)
            );

        private static Sentence? Say(List<string> paths, Template<string> all, Template<string, int> more)
        {
            var named = string.Join(
                ", ",
                paths.Order(StringComparer.Ordinal).Take(MaxNamed).Select(ArtifactPath.Shown)
            );
            return paths.Count == 0 ? null
                : paths.Count > MaxNamed ? more.With(named, paths.Count - MaxNamed)
                : all.With(named);
        }
    }
}
