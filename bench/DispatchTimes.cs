namespace Platform.Bench;

/// <summary>What a dispatcher needed, ours or a rival.</summary>
/// <param name="Starts">Milliseconds from the submission to the process, one job at a time.</param>
/// <param name="Accepted">Jobs a second taken from concurrent submitters.</param>
/// <param name="Finished">Jobs a second done, from the first submission to the last end.</param>
internal sealed record DispatchTimes(IReadOnlyList<double> Starts, double Accepted, double Finished, int Lost);
