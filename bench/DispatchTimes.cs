namespace Platform.Bench;

/// <summary>The times of a dispatcher: the platform or the baseline.</summary>
/// <param name="Starts">Milliseconds from the submission to the process, one job at a time.</param>
/// <param name="Accepted">Jobs per second accepted from concurrent submitters.</param>
/// <param name="Finished">Jobs per second finished, from the first submission to the last end.</param>
internal sealed record DispatchTimes(IReadOnlyList<double> Starts, double Accepted, double Finished, int Lost);
