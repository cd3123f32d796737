using Platform.Contracts.Sentences;
using Platform.GpuAgent.Files;

namespace Platform.GpuAgent.Staging;

/// <summary>Which part of a job put which file into its work folder: none replaces what another has put there.</summary>
internal sealed class StagedFiles(string work)
{
    private readonly Dictionary<string, Sentence> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Sentence> _folders = new(StringComparer.Ordinal);

    /// <summary>Called before the file is written.</summary>
    /// <param name="path">Its full path.</param>
    /// <param name="owner">Where it comes from, as in <c>the input 'digits:3'</c>.</param>
    /// <exception cref="StagingFailedException">Another part has a file there, or a folder.</exception>
    public void Add(string path, Sentence owner)
    {
        if (_folders.TryGetValue(path, out var other) || !_files.TryAdd(path, owner))
        {
            throw Conflict(path, other ?? _files[path], owner);
        }

        for (
            var folder = Path.GetDirectoryName(path)!;
            folder.Length > work.Length;
            folder = Path.GetDirectoryName(folder)!
        )
        {
            if (_files.TryGetValue(folder, out var file))
            {
                throw Conflict(folder, file, owner);
            }

            if (!_folders.TryAdd(folder, owner))
            {
                break; // and so are those above
            }
        }
    }

    private StagingFailedException Conflict(string path, Sentence one, Sentence other) =>
        new(
            Contracts.Jobs.EndReasons.InputMissing,
            FileSentences.FromBoth.With(Path.GetRelativePath(work, path), one, other)
        );
}
