using Platform.Contracts.Sentences;

namespace Platform.GpuAgent.Files;

/// <summary>What is wrong with the files that a job reads or writes.</summary>
internal static class FileSentences
{
    public static readonly Template<string> PathNotRelative = new(
        "files.path-not-relative",
        "The path '{path}' is refused: it must be relative, with forward slashes."
    );

    public static readonly Template<string> PathParts = new(
        "files.path-parts",
        "The path '{path}' is refused: it has empty, '.' or '..' parts."
    );

    public static readonly Template<string> PathThroughLink = new(
        "files.path-through-link",
        "The path '{path}' is refused: it leads through a symbolic link."
    );

    public static readonly Template<string> Changed = new("files.changed", "{path} changed while it was read.");

    public static readonly Template<int, Sentence> InputRefused = new("files.input-refused", "{httpStatus}: {why}");

    public static readonly Template<string, string, string> ContentMismatch = new(
        "files.content-mismatch",
        "'{file}' of {artifact} does not have the declared checksum {sha256}, or not the declared size."
    );

    public static readonly Template<string> NoArtifact = new("files.no-artifact", "There is no artifact '{artifact}'.");

    public static readonly Template<string, Sentence, Sentence> FromBoth = new(
        "files.from-both",
        "'{path}' comes from both {one} and {other}; give them paths of their own."
    );

    public static readonly Template<string> OfInput = new("files.of-input", "the input '{artifact}'");
    public static readonly Template<string> OfSource = new("files.of-source", "the source '{artifact}'");
    public static readonly Template OfJob = new("files.of-job", "the job's files");

    public static readonly Template<string> OutputFolderEmpty = new(
        "files.output-folder-empty",
        "The output folder '{path}' is empty; the training must write at least one file."
    );

    public static readonly Template<string> OutputMissing = new(
        "files.output-missing",
        "The output '{path}' does not exist; the training must write it."
    );

    public static readonly Template<string> OutputUnreadable = new(
        "files.output-unreadable",
        "The output '{path}' contains something that the agent's user may not read."
    );

    public static readonly Template<string, Sentence> OutputRefused = new(
        "files.output-refused",
        "The output '{path}' was refused. {why}"
    );

    public static readonly Template<string> LinksLeftOut = new(
        "files.links-left-out",
        "Symbolic links that lead to folders or out of the work folder were not kept: {paths}."
    );

    public static readonly Template<string, int> MoreLinksLeftOut = new(
        "files.more-links-left-out",
        "Symbolic links that lead to folders or out of the work folder were not kept: {paths} and {count} more."
    );

    public static readonly Template<string> NamesLeftOut = new(
        "files.names-left-out",
        "Files whose names artifacts cannot have were not kept: {paths}."
    );

    public static readonly Template<string, int> MoreNamesLeftOut = new(
        "files.more-names-left-out",
        "Files whose names artifacts cannot have were not kept: {paths} and {count} more."
    );
}
