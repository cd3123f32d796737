using Platform.Contracts.Sentences;

namespace Platform.Artifacts.RunFiles;

/// <summary>Why this service refuses a request about files of runs.</summary>
internal static class RunFileSentences
{
    public static readonly Template<string> NoRun = new(
        "run-file.no-run",
        "There is no run '{id}'.",
        problem: "run.not-found"
    );

    public static readonly Template<string> NoModel = new(
        "run-file.no-model",
        "There is no logged model '{id}'.",
        problem: "logged-model.not-found"
    );

    public static readonly Template RunNotHeardYet = new(
        "run-file.run-not-heard-yet",
        "The tracking service has not said yet whether there is such a run. Try again.",
        problem: "run.not-heard-yet"
    );

    public static readonly Template RunDeleted = new(
        "run-file.run-deleted",
        "The run is in the recycle bin. Restore it to change its files.",
        problem: "run.deleted"
    );

    public static readonly Template<string, string> NotFound = new(
        "run-file.not-found",
        "The run '{id}' has no file '{path}'.",
        problem: "run-file.not-found"
    );

    public static readonly Template<string, string> NotFoundOfModel = new(
        "run-file.not-found-of-model",
        "The logged model '{id}' has no file '{path}'.",
        problem: "run-file.not-found"
    );

    public static readonly Template<string> FolderOrFile = new(
        "run-file.folder-or-file",
        "'{path}' is there as a file and would be a folder, or the other way round.",
        problem: "run-file.folder-or-file"
    );

    public static readonly Template Changed = new(
        "run-file.changed",
        "The file is not as If-Match or If-None-Match says. Read it again, and decide again.",
        problem: "version-conflict"
    );

    public static readonly Template WholeFile = new(
        "run-file.whole-file",
        "A part of a file cannot be sent. Send all of it, without Content-Range."
    );

    public static readonly Template NotCompressed = new(
        "run-file.not-compressed",
        "Bodies with a Content-Encoding are not stored. Send the file as it is.",
        problem: "address.unsupported-media-type"
    );

    public static readonly Template<int> ItemCount = new("run-media.item-count", "Must have 1 to {count} items.");

    public static readonly Template MediaKey = new("run-media.key", "Must have 1 to 250 characters in one line.");

    public static readonly Template<string> MediaKind = new("run-media.kind", "Must be one of {kinds}.");

    public static readonly Template MediaStep = new("run-media.step", "Must be a whole number of at most 53 bits.");

    public static readonly Template<int> Caption = new(
        "run-media.caption",
        "Must have at most {count} characters that can be stored."
    );

    public static readonly Template NoFileOfMedia = new(
        "run-media.no-file",
        "The run has no such file. Upload it first."
    );

    public static readonly Template After = new("run-file.after", "Must be 'next' of the page before.");

    public static readonly Template<int> Limit = new("run-file.limit", "Must be 1 to {max}.");
}
