using Platform.Contracts.Jobs;
using Platform.Contracts.Sentences;

namespace Platform.Jobs.Training;

/// <summary>One process of the current attempt.</summary>
/// <param name="Rank">Its number in the attempt, from 0.</param>
/// <param name="NodeId">Where it is placed.</param>
internal sealed record JobProcess(int Rank, Guid NodeId)
{
    /// <summary>By the node's clock, not before its placement; null when no report of its start arrived.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>Null while it may run.</summary>
    public ProcessEnd? End { get; init; }
}

/// <summary>How a process ended, or that it could not be started.</summary>
/// <param name="Reason">One of <see cref="EndReasons"/>.</param>
/// <param name="At">By the node's clock, not before the start.</param>
internal sealed record ProcessEnd(
    string Reason,
    int? ExitCode,
    string? Detail,
    DateTimeOffset At,
    SentenceCode? DetailCode = null
)
{
    public bool Succeeded => Reason is EndReasons.ExitCode && ExitCode is 0;
}
