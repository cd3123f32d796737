using Platform.Contracts.Nodes;
using Platform.Contracts.Sentences;

namespace Platform.Contracts.Agents;

/// <summary>Queue names of the agents.</summary>
public static class AgentQueues
{
    /// <summary>The queue that one node's agent reads.</summary>
    public static string For(Guid nodeId) => $"agent-{nodeId:N}";
}

/// <summary>What agents publish, which is all that they may.</summary>
public static class AgentReports
{
    /// <summary>The types of the messages.</summary>
    public static IReadOnlyList<Type> Types { get; } =
    [typeof(ProcessStarted), typeof(ProcessExited), typeof(NodeHeartbeat)];
}

/// <summary>Command to an agent: start this attempt. A repeat is answered with the existing report.</summary>
public sealed record StartProcess
{
    public required Guid NodeId { get; init; }
    public required Guid JobId { get; init; }
    public required int Attempt { get; init; }
    public required double Cpus { get; init; }
    public required int MemoryMiB { get; init; }

    /// <summary>Indices of the GPUs it may use.</summary>
    public required IReadOnlyList<int> Gpus { get; init; }
    public int Rank { get; init; }
    public int WorldSize { get; init; } = 1;

    /// <summary>Where the ranks of a distributed job connect; null for a job on one node.</summary>
    public string? MasterAddress { get; init; }
    public int? MasterPort { get; init; }

    /// <summary>The id of the request that submitted the job, for logs; null in messages of release 0.1.0.</summary>
    public string? RequestId { get; init; }

    /// <summary>The W3C <c>traceparent</c> of that request; null in messages of release 0.1.0.</summary>
    public string? TraceParent { get; init; }
}

/// <summary>
/// Command to an agent: stop this attempt (SIGTERM, grace period, SIGKILL). An unknown attempt is answered with
/// <see cref="ProcessExited"/>.
/// </summary>
public sealed record StopProcess
{
    public required Guid NodeId { get; init; }
    public required Guid JobId { get; init; }
    public required int Attempt { get; init; }

    /// <summary>The process of a distributed job; 0 for a job of one process.</summary>
    public int Rank { get; init; }

    /// <summary>
    /// One of <see cref="Jobs.EndReasons"/>, or <see cref="Fenced"/> when the attempt no longer holds a lease: then
    /// nothing is uploaded or reported.
    /// </summary>
    public required string Reason { get; init; }

    /// <summary>The reason for a fenced attempt.</summary>
    public const string Fenced = "fenced";
}

/// <summary>
/// Report to jobs: the process runs. Stored in the agent's journal and sent again until <see cref="ReportRecorded"/>.
/// </summary>
public sealed record ProcessStarted
{
    public required Guid ReportId { get; init; }
    public required Guid NodeId { get; init; }
    public required Guid JobId { get; init; }
    public required int Attempt { get; init; }

    /// <summary>The process of a distributed job; 0 for a job of one process.</summary>
    public int Rank { get; init; }
    public required DateTimeOffset At { get; init; }
}

/// <summary>
/// Report to jobs: the process ended, and its log and outputs are stored. Sent again until
/// <see cref="ReportRecorded"/>.
/// </summary>
public sealed record ProcessExited
{
    public required Guid ReportId { get; init; }
    public required Guid NodeId { get; init; }
    public required Guid JobId { get; init; }
    public required int Attempt { get; init; }

    /// <summary>The process of a distributed job; 0 for a job of one process.</summary>
    public int Rank { get; init; }
    public required DateTimeOffset At { get; init; }

    /// <summary>
    /// When it started, by the same clock as <see cref="At"/>; null when it never did, and from agents of release 0.1.0.
    /// </summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>The exit code; null when it never started or a signal ended it.</summary>
    public int? ExitCode { get; init; }

    /// <summary>One of <see cref="Jobs.EndReasons"/>.</summary>
    public required string Reason { get; init; }

    /// <summary>One sentence for users: which input, which signal, which error of the system.</summary>
    public string? Detail { get; init; }

    /// <summary>The same for other languages; null from agents of release 0.1.0.</summary>
    public SentenceCode? DetailCode { get; init; }
}

/// <summary>Answer to an agent: the report is stored and may be removed from its journal.</summary>
public sealed record ReportRecorded
{
    public required Guid NodeId { get; init; }
    public required Guid ReportId { get; init; }

    /// <summary>The job of the report, with <see cref="Attempt"/>; null in answers of older services.</summary>
    public Guid? JobId { get; init; }
    public int? Attempt { get; init; }
    public int Rank { get; init; }

    /// <summary>The answer to the report of a start.</summary>
    public static ReportRecorded Of(ProcessStarted report) =>
        Of(report.NodeId, report.ReportId, report.JobId, report.Attempt, report.Rank);

    /// <summary>The answer to the report of an end.</summary>
    public static ReportRecorded Of(ProcessExited report) =>
        Of(report.NodeId, report.ReportId, report.JobId, report.Attempt, report.Rank);

    private static ReportRecorded Of(Guid nodeId, Guid reportId, Guid jobId, int attempt, int rank) =>
        new()
        {
            NodeId = nodeId,
            ReportId = reportId,
            JobId = jobId,
            Attempt = attempt,
            Rank = rank,
        };
}
