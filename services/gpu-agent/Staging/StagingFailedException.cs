using Platform.Contracts.Sentences;

namespace Platform.GpuAgent.Staging;

/// <summary>The attempt cannot be prepared, and a retry on this node would not help.</summary>
/// <param name="reason">One of <see cref="Contracts.Jobs.EndReasons"/>.</param>
internal sealed class StagingFailedException(string reason, Sentence why) : Exception(why.Text)
{
    public string Reason { get; } = reason;

    public Sentence Why { get; } = why;
}
