using Platform.Contracts.Sentences;

namespace Platform.Tracking.Alerts.Sending;

/// <summary>What became of one try to send something.</summary>
/// <param name="Status">What the receiver of a webhook answered; null when it did not.</param>
/// <param name="Error">Why it was not taken; null when it was.</param>
/// <param name="IsFinal">Whether another try makes no sense.</param>
/// <param name="Remaining">The recipients of a mail who do not have it, where others have; null for all of them.</param>
internal sealed record SendOutcome(
    int? Status,
    Sentence? Error,
    bool IsFinal = false,
    IReadOnlyList<string>? Remaining = null
)
{
    public bool IsDelivered => Error is null;
}
