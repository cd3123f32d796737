namespace Platform.Sdk;

/// <summary>What became of everything that was logged: values and artifacts by their number.</summary>
/// <param name="Stored">Those that are stored on the platform.</param>
/// <param name="Refused">Those that can't be stored; standard error says which.</param>
/// <param name="Waiting">Those that are still to be sent.</param>
public sealed record TrackingReport(long Stored, long Refused, long Waiting)
{
    /// <summary>Whether nothing waits any more.</summary>
    public bool IsComplete => Waiting == 0;
}
