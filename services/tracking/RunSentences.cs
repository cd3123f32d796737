using Platform.Contracts.Sentences;

namespace Platform.Tracking;

/// <summary>Why this service refuses a request.</summary>
internal static class RunSentences
{
    public static readonly Template<string> NotFound = new(
        "run.not-found",
        "There is no run '{id}'.",
        problem: "run.not-found"
    );

    public static readonly Template None = new("run.none", "There is no such run.", problem: "run.not-found");

    public static readonly Template AttemptFenced = new(
        "run.attempt-fenced",
        "A later attempt of the job tracks this run. Values of earlier attempts are not stored.",
        problem: "run.attempt-fenced"
    );

    public static readonly Template JobOver = new(
        "run.job-over",
        "The job is over: its processes can no longer change its runs.",
        problem: "run.attempt-fenced"
    );

    public static readonly Template ForeignJob = new(
        "run.foreign-job",
        "A job's token can only create runs for its own job.",
        problem: "run.foreign-job"
    );

    public static readonly Template ForeignRun = new(
        "run.foreign-run",
        "This run belongs to another job, or to none.",
        problem: "run.foreign-run"
    );

    public static readonly Template ForeignParent = new(
        "run.foreign-parent",
        "A run that a job makes can only be a part of a run of the same job.",
        problem: "run.foreign-run"
    );

    public static readonly Template KeyReused = new(
        "run.key-reused",
        "This Idempotency-Key belongs to a request with another body. Use a new key for a new run.",
        problem: "idempotency-key.reused"
    );

    public static readonly Template<string> NotEnded = new(
        "run.not-ended",
        "The run cannot be deleted: it is {runStatus}. Cancel its job, or end it, first.",
        problem: "run.not-ended"
    );

    public static readonly Template NotDeleted = new(
        "run.not-deleted",
        "Only a run in the recycle bin can be deleted permanently. Delete it first.",
        problem: "run.not-deleted"
    );

    public static readonly Template InvalidEnd = new(
        "run.invalid-end",
        "A run must end as finished, failed or interrupted.",
        problem: "run.invalid-end"
    );

    public static readonly Template AlreadyEnded = new(
        "run.already-ended",
        "The run has already ended with another status.",
        problem: "run.already-ended"
    );

    public static readonly Template<int> TooManyValues = new(
        "run.too-many-values",
        "A run can have at most {max} parameters, tags and summary values each.",
        problem: "run.too-many-values"
    );

    public static readonly Template PointsAsJson = new(
        "metrics.points-as-json",
        "Send the points as application/json.",
        problem: "unsupported-media-type"
    );

    public static readonly Template<long> RequestTooLarge = new(
        "metrics.request-too-large",
        "A request must be at most {max} bytes; send the rest in another request.",
        problem: "too-large"
    );

    public static readonly Template InvalidJson = new(
        "metrics.invalid-json",
        "The body is not valid JSON.",
        problem: "invalid-json"
    );

    public static readonly Template<string> DoubledField = new(
        "metrics.doubled-field",
        "The field '{field}' is given twice.",
        problem: "invalid-json"
    );

    public static readonly Template Id = new(
        "run.id",
        "Must be a UUID, or 1 to 64 letters, digits, '.', '_' and '-' that start with a letter or digit."
    );

    public static readonly Template Name = new("run.name", "Must be 1 to 250 characters without control characters.");

    public static readonly Template Key = new("run.key", "Must be 1 to 250 characters without control characters.");

    public static readonly Template<int> Value = new(
        "run.value",
        "Must be JSON of at most {max} bytes, with finite numbers and without NUL characters."
    );

    public static readonly Template<int> Tag = new("run.tag", "Must be at most {max} characters without NUL.");

    public static readonly Template<int> Environment = new(
        "run.environment",
        "Must be a JSON object of at most {max} bytes, with finite numbers and without NUL characters."
    );

    public static readonly Template<long, int, int> Losses = new(
        "run.losses",
        "Must be counts of 0 to {count} and at most {notices} notices of one line of 1 to {length} characters."
    );

    public static readonly Template<int> RequestKey = new(
        "run.idempotency-key",
        "Must be one line of 1 to {max} characters."
    );

    public static readonly Template KeyAndId = new(
        "run.key-and-id",
        "A request with an id may be repeated without an Idempotency-Key. Give only one of them."
    );

    public static readonly Template NoParameters = new("run.no-parameters", "This address takes no parameters.");

    public static readonly Template OwnParent = new("run.own-parent", "A run cannot be a part of itself.");
    public static readonly Template Mode = new("run.mode", "Must be max or min.");
    public static readonly Template JobId = new("run.job-id", "Must be the ID of a job.");
    public static readonly Template TagFilter = new("run.tag-filter", "Must be key or key=value.");

    public static readonly Template OtherEventId = new(
        "metrics.other-event-id",
        "This is not an event id of this stream."
    );

    public static readonly Template<int, int> PointsOf = new("metrics.points-of", "Must be {from} to {to}.");

    public static readonly Template Axis = new("metrics.axis", "Must be step, time or relative.");

    public static readonly Template<int> RunsOf = new("metrics.runs-of", "Must be the ids of 1 to {count} runs.");

    public static readonly Template BodyObject = new(
        "metrics.body-object",
        "The body must be an object with a list of points."
    );

    public static readonly Template<string> UnknownField = new("metrics.unknown-field", "Unknown field '{field}'.");
    public static readonly Template NoPoints = new("metrics.no-points", "Give a list of points.");

    public static readonly Template<int> TooManyPoints = new(
        "metrics.too-many-points",
        "A request must have at most {max} points; send the rest in another request."
    );

    public static readonly Template PointObject = new("metrics.point-object", "A point must be an object.");
    public static readonly Template Stage = new("metrics.stage", "A stage must be 1 to 100 characters.");
    public static readonly Template PointKey = new("metrics.point-key", "A point must have a key.");
    public static readonly Template PointValue = new("metrics.point-value", "A point must have a value.");

    public static readonly Template Step = new("metrics.step", "A step must be a whole number of at most 53 bits.");
    public static readonly Template Time = new("metrics.time", "A time must be written as 2026-01-31T12:00:00.123Z.");

    public static readonly Template ValueNumber = new(
        "metrics.value-number",
        "A value must be a number, null, \"NaN\", \"Infinity\" or \"-Infinity\"."
    );

    public static readonly Template<int, int> ComparedRuns = new(
        "compare.runs",
        "Name {from} to {to} different runs, separated by commas."
    );

    public static readonly Template<int> TooManyKeys = new("compare.too-many-keys", "Name at most {max} metrics.");

    public static readonly Template<int> TooManyCells = new(
        "compare.too-many-points",
        "For so many runs and metrics at most {max} points each can be read at once."
    );

    public static readonly Template<int> PathDepth = new("paths.depth", "Must be a whole number from 1 to {max}.");

    public static readonly Template<int> TooManyPaths = new(
        "paths.too-many",
        "There are more than {max} paths. Name a path with 'below', or fewer levels with 'depth'."
    );

    public static readonly Template EmptyRange = new("analytics.empty-range", "Must be later than 'from'.");
    public static readonly Template Interval = new("analytics.interval", "Must be hour, day, week or month.");
    public static readonly Template TrendValue = new("analytics.value", "Must be last, min or max.");

    public static readonly Template<int> TooManyIntervals = new(
        "analytics.too-many-intervals",
        "There are more than {max} such intervals with runs. Take a longer one, or a shorter time."
    );

    public static readonly Template ReservedId = new(
        "run.reserved-id",
        "This id has another meaning here; take another one."
    );

    public static readonly Template ExportFormat = new("export.format", "Must be json, csv, markdown or html.");

    public static readonly Template<int> ProjectOrIds = new(
        "export.project-or-ids",
        "Name either a project or 1 to {max} runs."
    );

    public static readonly Template<string> LogNotFound = new(
        "run.log-not-found",
        "The run has no log '{name}'.",
        problem: "run.log-not-found"
    );

    public static readonly Template ArchiveType = new(
        "import.type",
        "Send the archive as application/zip.",
        problem: "unsupported-media-type"
    );

    public static readonly Template<long> ArchiveTooLarge = new(
        "import.too-large",
        "An archive must be at most {max} bytes. Import it in several parts.",
        problem: "too-large"
    );

    public static readonly Template NoArchive = new(
        "import.no-archive",
        "This is no ZIP archive, or a damaged one. Nothing was imported.",
        problem: "import.invalid-archive"
    );

    public static readonly Template NoManifest = new(
        "import.no-manifest",
        "The archive has no file platform-runs.json of a version that is known here, so it is no archive of runs. Nothing was imported.",
        problem: "import.invalid-archive"
    );

    public static readonly Template<int> TooManyEntries = new(
        "import.too-many-entries",
        "The archive has more than {max} files. Nothing was imported.",
        problem: "import.invalid-archive"
    );

    public static readonly Template<long> ContentTooLarge = new(
        "import.content-too-large",
        "The archive has more than {max} bytes when it is unpacked. Nothing was imported.",
        problem: "import.invalid-archive"
    );

    public static readonly Template<string> EntryName = new(
        "import.entry-name",
        "The archive has a file '{name}', which no archive of runs has. Nothing was imported.",
        problem: "import.invalid-archive"
    );

    public static readonly Template<string> EntryKind = new(
        "import.entry-kind",
        "'{name}' in the archive is a link or no usual file. Nothing was imported.",
        problem: "import.invalid-archive"
    );

    public static readonly Template<string> EntryTwice = new(
        "import.entry-twice",
        "The archive has two files '{name}'. Nothing was imported.",
        problem: "import.invalid-archive"
    );

    public static readonly Template<string> UnreadableFile = new(
        "import.unreadable-file",
        "{file} of the run is missing or cannot be read.",
        problem: "import.invalid-run"
    );

    public static readonly Template<string, Sentence> InvalidField = new(
        "import.invalid-field",
        "{field} in run.json: {problem}",
        problem: "import.invalid-run"
    );

    public static readonly Template<long, Sentence> InvalidLine = new(
        "import.invalid-line",
        "Line {line} of metrics.csv: {problem}",
        problem: "import.invalid-run"
    );

    public static readonly Template InvalidStatus = new(
        "import.status",
        "Must be scheduled, running, finished, failed or interrupted."
    );

    public static readonly Template OtherId = new("import.other-id", "Must be the name of the folder.");

    public static readonly Template<string> Heading = new("import.heading", "The first line must be {heading}.");
    public static readonly Template<int> Columns = new("import.columns", "There must be {columns} columns.");
}
