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
        "A later attempt of the job tracks this run; values of earlier attempts are not stored.",
        problem: "run.attempt-fenced"
    );

    public static readonly Template ForeignJob = new(
        "run.foreign-job",
        "A job's token can create runs for its own job only.",
        problem: "run.foreign-job"
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
        "A run ends as finished, failed or interrupted.",
        problem: "run.invalid-end"
    );

    public static readonly Template AlreadyEnded = new(
        "run.already-ended",
        "The run has already ended with another status.",
        problem: "run.already-ended"
    );

    public static readonly Template<int> TooManyValues = new(
        "run.too-many-values",
        "A run has at most {max} parameters, tags and summary values each.",
        problem: "run.too-many-values"
    );

    public static readonly Template PointsAsJson = new(
        "metrics.points-as-json",
        "Send the points as application/json.",
        problem: "unsupported-media-type"
    );

    public static readonly Template<long> RequestTooLarge = new(
        "metrics.request-too-large",
        "A logging request has at most {max} bytes; send the rest in another request.",
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
        "An id is a UUID, or 1 to 64 letters, digits, '.', '_' and '-' that begin with a letter or digit."
    );

    public static readonly Template Name = new(
        "run.name",
        "A name has 1 to 250 characters without control characters."
    );

    public static readonly Template Key = new("run.key", "A key has 1 to 250 characters without control characters.");

    public static readonly Template<int> Value = new(
        "run.value",
        "A value is JSON of at most {max} bytes, with finite numbers and without NUL characters."
    );

    public static readonly Template<int> Tag = new("run.tag", "A tag has at most {max} characters and no NUL.");
    public static readonly Template Mode = new("run.mode", "The mode is max or min.");
    public static readonly Template JobId = new("run.job-id", "This is not the id of a job.");
    public static readonly Template TagFilter = new("run.tag-filter", "Give a tag as key or key=value.");

    public static readonly Template OtherEventId = new(
        "metrics.other-event-id",
        "This is not an event id of this stream."
    );

    public static readonly Template<int, int> PointsOf = new("metrics.points-of", "Ask for {from} to {to} points.");

    public static readonly Template BodyObject = new(
        "metrics.body-object",
        "The body is an object with a list of points."
    );

    public static readonly Template<string> UnknownField = new("metrics.unknown-field", "Unknown field '{field}'.");
    public static readonly Template NoPoints = new("metrics.no-points", "Give a list of points.");

    public static readonly Template<int> TooManyPoints = new(
        "metrics.too-many-points",
        "A request has at most {max} points; send the rest in another request."
    );

    public static readonly Template PointObject = new("metrics.point-object", "A point is an object.");
    public static readonly Template Stage = new("metrics.stage", "A stage has 1 to 100 characters.");
    public static readonly Template PointKey = new("metrics.point-key", "A point has a key.");
    public static readonly Template PointValue = new("metrics.point-value", "A point has a value.");

    public static readonly Template Step = new("metrics.step", "A step is a whole number of at most 53 bits.");
    public static readonly Template Time = new("metrics.time", "A time is written as 2026-01-31T12:00:00.123Z.");

    public static readonly Template ValueNumber = new(
        "metrics.value-number",
        "A value is a number, null, \"NaN\", \"Infinity\" or \"-Infinity\"."
    );
}
