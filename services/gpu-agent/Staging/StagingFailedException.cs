namespace Platform.GpuAgent.Staging;

/// <summary>The attempt cannot be prepared, and a retry on this node would not help.</summary>
/// <param name="reason">One of <see cref="Contracts.Jobs.EndReasons"/>.</param>
internal sealed class StagingFailedException(string reason, string detail) : Exception(detail)
{
    public string Reason { get; } = reason;
}
