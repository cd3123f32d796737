using Platform.Contracts.Jobs;
using Platform.GpuAgent.Journal;

namespace Platform.GpuAgent.Tests.Harness;

internal static class Works
{
    /// <summary>The process that the work is for.</summary>
    public static AttemptKey Key(this AttemptWork work) => new(work.JobId, work.Attempt, work.Rank);
}
