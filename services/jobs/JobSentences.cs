using Platform.Contracts.Sentences;

namespace Platform.Jobs;

/// <summary>Why this service refuses a request, except for what is wrong with a job that is submitted.</summary>
internal static class JobSentences
{
    public static readonly Template<object> NotFound = new(
        "job.not-found",
        "There is no job '{id}'.",
        problem: "job.not-found"
    );

    public static readonly Template None = new("job.none", "There is no such job.", problem: "job.not-found");

    public static readonly Template<object> NoAttempt = new(
        "attempt.not-found",
        "There is no attempt '{attempt}'.",
        problem: "attempt.not-found"
    );

    public static readonly Template<object> NoRank = new(
        "rank.not-found",
        "There is no rank '{rank}'.",
        problem: "rank.not-found"
    );

    public static readonly Template<int> AttemptFenced = new(
        "job.attempt-fenced",
        "Attempt {attempt} is not placed: another attempt is, or the job has ended. Stop working on it.",
        problem: "job.attempt-fenced"
    );

    public static readonly Template NotSettled = new(
        "job.not-settled",
        "The job's nodes are still being released, or jobs that belong to it have not ended. Try again later.",
        problem: "job.not-settled"
    );

    public static readonly Template<long> LogTooLarge = new(
        "log.too-large",
        "A request must be at most {max} bytes.",
        problem: "log.too-large"
    );

    public static readonly Template Purged = new(
        "job.purged",
        "The job was deleted permanently; only its events are left.",
        problem: "job.purged"
    );

    public static readonly Template<string> NotEnded = new(
        "job.not-ended",
        "The job cannot be deleted: it is {status}. Cancel it first.",
        problem: "job.not-ended"
    );

    public static readonly Template NotDeleted = new(
        "job.not-deleted",
        "Only a job in the recycle bin can be deleted permanently. Delete it first.",
        problem: "job.not-deleted"
    );

    public static readonly Template Deleted = new(
        "job.deleted",
        "The job is deleted. Restore it before it is retried.",
        problem: "job.deleted"
    );

    public static readonly Template<string> CannotBeCancelled = new(
        "job.cannot-be-cancelled",
        "The job cannot be cancelled: it is {status}. It has already ended.",
        problem: "job.invalid-transition"
    );

    public static readonly Template<string> CannotBeRetried = new(
        "job.cannot-be-retried",
        "The job cannot be retried: its status is {status}. Only a job that failed or was cancelled can be.",
        problem: "job.invalid-transition"
    );

    public static readonly Template ParentStopped = new(
        "job.parent-stopped",
        "The job cannot be retried: its parent was cancelled. Retry the parent first.",
        problem: "job.invalid-transition"
    );

    public static readonly Template ParentInBin = new(
        "job.parent-in-bin",
        "The job cannot be retried: its parent was cancelled and is in the recycle bin. Restore and retry the parent first.",
        problem: "job.invalid-transition"
    );

    public static readonly Template NodeForEachRank = new(
        "job.node-for-each-rank",
        "A placement must have one node for each rank from 0.",
        problem: "job.invalid-placement"
    );

    public static readonly Template RetryRequested = new("job.retry-requested", "retry requested");

    public static readonly Template<int, int, double> AttemptFailedWithExitCode = new(
        "job.attempt-failed-with-exit-code",
        "attempt {attempt} failed (exit code {exitCode}); next try {seconds} s later"
    );

    public static readonly Template<int, string, double> AttemptFailed = new(
        "job.attempt-failed",
        "attempt {attempt} failed ({reason}); next try {seconds} s later"
    );

    public static readonly Template<int, string> AttemptLost = new(
        "job.attempt-lost",
        "attempt {attempt} lost its node ({reason})"
    );

    public static readonly Template<int> LostTooOften = new("job.lost-too-often", "It lost its node {count} times.");

    public static readonly Template<int, Sentence> OfRank = new("job.of-rank", "rank {rank}: {detail}");

    public static readonly Template FailedFirst = new("job.failed-first", "failed first");

    public static readonly Template Parent = new("job.parent", "Must be the ID of a job.");

    public static readonly Template OffsetNegative = new("log.offset-negative", "Must not be negative.");

    public static readonly Template OtherEventId = new("log.other-event-id", "This is not an event id of this log.");

    public static readonly Template LogQueryMissing = new(
        "log-search.query-missing",
        "Must have at least one word to search for."
    );

    public static readonly Template<int> LogQueryText = new(
        "log-search.query-text",
        "Must be at most {max} characters, without NUL or incomplete characters."
    );

    public static readonly Template LogQueryQuote = new(
        "log-search.query-quote",
        "A quotation mark is not closed. Write \\\" to search for the mark itself."
    );

    public static readonly Template<int> LogQueryTerms = new(
        "log-search.query-terms",
        "Must be at most {max} words or quoted texts."
    );

    public static readonly Template LogSearchTime = new(
        "log-search.time",
        "Must be a date such as 2026-11-30 or a time such as 2026-11-30T08:15:00Z; without a zone it is UTC."
    );

    public static readonly Template LogSearchTimes = new("log-search.times", "Must be after 'from'.");

    public static readonly Template LogSearchJob = new("log-search.job", "Must be the ID of a job.");
}
