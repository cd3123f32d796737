namespace Platform.Jobs.Training;

/// <summary>The statuses of jobs as API and tables write them.</summary>
internal static class JobStatuses
{
    /// <summary>All, in the order of a job's life.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        .. Enum.GetValues<JobStatus>()
            .Where(status => status is not JobStatus.None)
            .Select(status => status.ToString().ToLowerInvariant()),
    ];
}
