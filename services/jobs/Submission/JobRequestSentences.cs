using Platform.Contracts.Sentences;

namespace Platform.Jobs.Submission;

/// <summary>What is wrong with a job that is submitted, field by field.</summary>
internal static class JobRequestSentences
{
    public static readonly Template<int> NameLength = new("job.name-length", "A name has 1 to {max} characters.");

    public static readonly Template NameCharacters = new(
        "job.name-characters",
        "A name is one line of text that can be seen, without control characters."
    );

    public static readonly Template<int> CommandParts = new(
        "job.command-parts",
        "A command has 1 to {max} parts: a program and its arguments."
    );

    public static readonly Template CommandPart = new("job.command-part", "A part of a command is text without NUL.");

    public static readonly Template CommandProgram = new("job.command-program", "A command begins with a program.");

    public static readonly Template<int> CommandLength = new(
        "job.command-length",
        "A command has at most {max} characters; put more into a file."
    );

    public static readonly Template FileText = new(
        "job.file-text",
        "A file is text in UTF-8 without NUL; keep anything else as an artifact."
    );

    public static readonly Template<int> FilesSize = new(
        "job.files-size",
        "Files are at most {max} and 1 MiB in all; keep more as an artifact and name it as the source."
    );

    public static readonly Template FileAndFolder = new(
        "job.file-and-folder",
        "It is a file, and also the folder of another file."
    );

    public static readonly Template FilesOrSource = new(
        "job.files-or-source",
        "A job has files or a source, not both."
    );

    public static readonly Template<string, string, string> InputsMeet = new(
        "job.inputs-meet",
        "'{one}' and '{other}' are both put at '{path}'; give each a path of its own."
    );

    public static readonly Template<string, string, string> InputOverFile = new(
        "job.input-over-file",
        "'{artifact}' is put at '{path}', where the job has its file '{file}'."
    );

    public static readonly Template<string> OutputType = new("job.output-type", "A type is one of {types}.");

    public static readonly Template Reference = new(
        "job.artifact-reference",
        "An artifact is named as name, name:alias or name:3, of A-Z a-z 0-9 . _ - beginning with a letter or digit."
    );

    public static readonly Template Label = new(
        "job.label",
        "A label's key and value have 1 to 128 of A-Z a-z 0-9 . _ - / and begin with a letter or digit; a value may be empty."
    );

    public static readonly Template VariableName = new(
        "job.variable-name",
        "A variable has letters, digits and _, and begins with no digit."
    );

    public static readonly Template PlatformVariable = new(
        "job.platform-variable",
        "PLATFORM_… is set by the platform."
    );

    public static readonly Template<string> ReservedVariable = new(
        "job.reserved-variable",
        "{name} is set by the platform: it follows from where the job is placed."
    );

    public static readonly Template DeviceOrder = new(
        "job.device-order",
        "CUDA_DEVICE_ORDER is PCI_BUS_ID: the GPUs of a job are numbered in that order."
    );

    public static readonly Template<int> ValueLength = new("job.value-length", "A value has at most {max} characters.");
    public static readonly Template ValueText = new("job.value-text", "A value is text without NUL.");
    public static readonly Template Null = new("job.null", "It is null.");
    public static readonly Template<int> MaxEntries = new("job.max-entries", "At most {max} are taken.");
    public static readonly Template<double> Cpus = new("job.cpus", "CPUs are more than 0 and at most {max}.");
    public static readonly Template<int> AtLeast = new("job.at-least", "It is at least {from}.");
    public static readonly Template<int, int> Between = new("job.between", "It is {from} to {to}.");
    public static readonly Template Empty = new("job.empty", "It is empty.");
    public static readonly Template Missing = new("job.missing", "It is missing.");

    public static readonly Template<int> Subject = new(
        "job.subject",
        "A subject is one line of 1 to {max} characters."
    );

    public static readonly Template<int> Key = new(
        "job.idempotency-key",
        "A key is one line of 1 to {max} characters."
    );

    public static readonly Template ParentTakesNone = new(
        "job.parent-takes-none",
        "The parent must be a job that has not ended and is not being stopped."
    );

    public static readonly Template IdTaken = new("job.id-taken", "Another job has this id.");

    public static readonly Template KeyReused = new(
        "job.key-reused",
        "This Idempotency-Key belongs to a request with another body. Use a new key for a new job.",
        problem: "idempotency-key.reused"
    );
}
