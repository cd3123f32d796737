using Platform.Tracking.Alerts.Rules;

namespace Platform.Tracking.Alerts.Watching;

/// <summary>What is known of a job.</summary>
/// <param name="Stage">How far the attempt is; a later message of an earlier stage changes nothing.</param>
/// <param name="Status">
/// <c>waiting</c>, <c>placed</c>, <c>running</c>, <c>succeeded</c>, <c>failed</c>, <c>cancelled</c>, <c>deleted</c> or <c>purged</c>.
/// </param>
/// <param name="Since">Since when it is in this stage.</param>
/// <param name="LostAttempt">The last attempt whose node stopped answering; null for none.</param>
internal sealed record JobState(
    int Attempt,
    JobStage Stage,
    string Status,
    DateTimeOffset Since,
    int? LostAttempt = null
)
{
    /// <summary>What is known after a message, whatever the order of messages and however often they come.</summary>
    public static JobState Merge(JobState? known, JobState heard)
    {
        var lost =
            known?.LostAttempt is { } before && heard.LostAttempt is { } now
                ? Math.Max(before, now)
                : known?.LostAttempt ?? heard.LostAttempt;
        var newest =
            known is null || (heard.Attempt, heard.Stage).CompareTo((known.Attempt, known.Stage)) > 0 ? heard : known;
        return newest with { LostAttempt = newest.Stage is JobStage.Gone ? null : lost };
    }

    /// <summary>Whether what a rule about jobs watches for is so now.</summary>
    public bool Fulfils(RuleSpec rule, DateTimeOffset now) =>
        rule.Condition switch
        {
            RuleWords.Failed => Status is "failed",
            RuleWords.Waiting => Stage is JobStage.Waiting && LastsLongerThan(rule.Seconds, now),
            RuleWords.Running => Stage is JobStage.Running && LastsLongerThan(rule.Seconds, now),
            // It is over once another attempt runs, or nobody wants it any more.
            RuleWords.Lost => (LostAttempt == Attempt && Status is not ("succeeded" or "cancelled"))
                || (LostAttempt < Attempt && Stage is JobStage.Waiting or JobStage.Placed),
            _ => false,
        };

    private bool LastsLongerThan(int? seconds, DateTimeOffset now) =>
        seconds is { } limit && now - Since >= TimeSpan.FromSeconds(limit);
}

internal enum JobStage
{
    Waiting,
    Placed,
    Running,
    Ended,

    /// <summary>
    /// The job is in the recycle bin or purged. Remembered for a while, so that messages that come later bring nothing back; another
    /// attempt of a job that was restored does.
    /// </summary>
    Gone,
}
