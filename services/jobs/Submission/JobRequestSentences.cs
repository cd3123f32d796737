using Platform.Contracts.Sentences;

namespace Platform.Jobs.Submission;

/// <summary>What is wrong with a job that is submitted, field by field.</summary>
internal static class JobRequestSentences
{
    public static readonly Template<int> NameLength = new("job.name-length", "Must be 1 to {max} characters.");

    public static readonly Template NameCharacters = new(
        "job.name-characters",
        "Must be one line of visible text without control characters."
    );

    public static readonly Template<int> CommandParts = new(
        "job.command-parts",
        "Must have 1 to {max} parts: a program and its arguments."
    );

    public static readonly Template CommandPart = new("job.command-part", "Must be text without NUL.");

    public static readonly Template CommandProgram = new("job.command-program", "The first part must be a program.");

    public static readonly Template<int> CommandLength = new(
        "job.command-length",
        "Must be at most {max} characters; put more into a file."
    );

    public static readonly Template FileText = new(
        "job.file-text",
        "Must be text in UTF-8 without NUL; store anything else as an artifact."
    );

    public static readonly Template<int> FilesSize = new(
        "job.files-size",
        "Must be at most {max} files and 1 MiB in all; store more as an artifact and give it as the source."
    );

    public static readonly Template FileAndFolder = new(
        "job.file-and-folder",
        "Is a file and also the folder of another file."
    );

    public static readonly Template FilesOrSource = new("job.files-or-source", "Give files or a source, not both.");

    public static readonly Template<string, string, string> InputsMeet = new(
        "job.inputs-meet",
        "'{one}' and '{other}' are both put at '{path}'; give each a path of its own."
    );

    public static readonly Template<string, string, string> InputOverFile = new(
        "job.input-over-file",
        "'{artifact}' is put at '{path}', where the job has its file '{file}'."
    );

    public static readonly Template<string> OutputType = new("job.output-type", "Must be one of {types}.");

    public static readonly Template Reference = new(
        "job.artifact-reference",
        "Must be name, name:alias or name:3, where the name is of A-Z a-z 0-9 . _ - and starts with a letter or digit."
    );

    public static readonly Template Label = new(
        "job.label",
        "Keys and values must be 1 to 128 of A-Z a-z 0-9 . _ - / and start with a letter or digit; a value may be empty."
    );

    public static readonly Template VariableName = new(
        "job.variable-name",
        "Must be letters, digits and _, and must not start with a digit."
    );

    public static readonly Template PlatformVariable = new(
        "job.platform-variable",
        "Names that start with PLATFORM_ are reserved."
    );

    public static readonly Template<string> ReservedVariable = new(
        "job.reserved-variable",
        "{name} is set by the platform and cannot be changed."
    );

    public static readonly Template DeviceOrder = new(
        "job.device-order",
        "CUDA_DEVICE_ORDER must be PCI_BUS_ID: the GPUs of a job are numbered in that order."
    );

    public static readonly Template<int> ValueLength = new("job.value-length", "Must be at most {max} characters.");
    public static readonly Template ValueText = new("job.value-text", "Must be text without NUL.");
    public static readonly Template Null = new("job.null", "Must not be null.");
    public static readonly Template<int> MaxEntries = new("job.max-entries", "Must have at most {max} entries.");
    public static readonly Template<double, double> Cpus = new("job.cpus-range", "Must be {min} to {max}.");
    public static readonly Template<int> AtLeast = new("job.at-least", "Must be at least {from}.");
    public static readonly Template<int, int> Between = new("job.between", "Must be between {from} and {to}.");
    public static readonly Template Empty = new("job.empty", "Must not be empty.");
    public static readonly Template Missing = new("job.missing", "Is required.");

    public static readonly Template<int> Subject = new("job.subject", "Must be one line of 1 to {max} characters.");

    public static readonly Template<int> Key = new("job.idempotency-key", "Must be one line of 1 to {max} characters.");

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
