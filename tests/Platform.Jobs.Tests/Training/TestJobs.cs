using Platform.EventStore;
using Platform.Jobs.Training;
using EndReasons = Platform.Contracts.Jobs.EndReasons;
using PlacedNode = Platform.Contracts.Jobs.PlacedNode;

namespace Platform.Jobs.Tests.Training;

/// <summary>Event histories of jobs.</summary>
internal static class TestJobs
{
    public static readonly DateTimeOffset Now = new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);
    public static readonly Guid JobId = new("0198c0de-0000-7000-8000-000000000001");
    public static readonly Guid RunId = new("0198c0de-0000-7000-8000-000000000002");
    public static readonly Guid Node = new("0198c0de-0000-7000-8000-000000000003");
    public static readonly Guid OtherNode = new("0198c0de-0000-7000-8000-000000000004");

    public static readonly IReadOnlyList<PlacedNode> Nodes =
    [
        new()
        {
            NodeId = Node,
            NodeName = "node-1",
            Gpus = [0],
        },
    ];

    public static JobSpec Spec(int maxAttempts = 1, int backoffSeconds = 5, int? timeoutSeconds = null) =>
        new()
        {
            Name = "digits",
            Project = "demo/digits",
            Command = ["python3", "train.py"],
            Files = [],
            Inputs = [],
            Outputs = [],
            Resources = new()
            {
                Gpus = 0,
                Cpus = 1,
                MemoryMiB = 512,
            },
            Labels = new Dictionary<string, string>(),
            Priority = 50,
            Retry = new(maxAttempts, backoffSeconds),
            TimeoutSeconds = timeoutSeconds,
            Env = new Dictionary<string, string>(),
        };

    public static JobEvent[] Pending(int maxAttempts = 1, int backoffSeconds = 5, int? timeoutSeconds = null) =>
        [new JobSubmitted(JobId, RunId, Spec(maxAttempts, backoffSeconds, timeoutSeconds), Now)];

    public static JobEvent[] Queued(int maxAttempts = 1) =>
        [.. Pending(maxAttempts), new JobQueued(1, Now, "no node has a free GPU", Now)];

    public static JobEvent[] Placed(int maxAttempts = 1, int backoffSeconds = 5, int? timeoutSeconds = null) =>
        [
            .. Pending(maxAttempts, backoffSeconds, timeoutSeconds),
            new JobQueued(1, Now, null, Now),
            new JobPlaced(1, Nodes, Now),
        ];

    public static JobEvent[] Running(int maxAttempts = 1, int backoffSeconds = 5, int? timeoutSeconds = null) =>
        [
            .. Placed(maxAttempts, backoffSeconds, timeoutSeconds),
            new JobStarted(
                1,
                RunId,
                Node,
                Now,
                timeoutSeconds is { } seconds ? Now + TimeSpan.FromSeconds(seconds) : null
            ),
        ];

    public static JobEvent[] Stopping(string reason) =>
        [.. Running(maxAttempts: 3, timeoutSeconds: 60), new StopRequested(1, reason, Now)];

    public static JobEvent[] Succeeded() => [.. Running(), new JobSucceeded(1, RunId, Now)];

    public static JobEvent[] Failed() =>
        [
            .. Running(),
            new AttemptFailed(1, EndReasons.ExitCode, 3, null, Now),
            new JobFailed(1, RunId, EndReasons.ExitCode, 3, null, Now),
        ];

    public static JobEvent[] Cancelled() => [.. Pending(), new JobCancelled(1, RunId, null, Now)];

    /// <summary>The second attempt runs, after the first one failed.</summary>
    public static JobEvent[] RunningAgain(int maxAttempts = 3, int backoffSeconds = 5) =>
        [
            .. Running(maxAttempts, backoffSeconds),
            new AttemptFailed(1, EndReasons.ExitCode, 3, null, Now),
            new JobQueued(2, Now, null, Now),
            new JobPlaced(2, Nodes, Now),
            new JobStarted(2, RunId, Node, Now, null),
        ];

    public static EndRank Exit(int attempt, string reason, int? code = null, string? detail = null) =>
        new(attempt, Rank: 0, Node, reason, code, detail, Now);

    /// <summary>Three processes: ranks 0 and 2 on one node, rank 1 on another.</summary>
    public static readonly IReadOnlyList<PlacedNode> Gang =
    [
        .. new[] { Node, OtherNode, Node }.Select(
            (node, rank) =>
                new PlacedNode
                {
                    NodeId = node,
                    NodeName = $"node of rank {rank}",
                    Gpus = [rank],
                    Rank = rank,
                }
        ),
    ];

    public static JobEvent[] PlacedGang(int maxAttempts = 1, int? timeoutSeconds = null) =>
        [
            .. Pending(maxAttempts, timeoutSeconds: timeoutSeconds),
            new JobQueued(1, Now, null, Now),
            new JobPlaced(1, Gang, Now),
        ];

    /// <summary>All three processes run.</summary>
    public static JobEvent[] RunningGang(int maxAttempts = 1, int? timeoutSeconds = null) =>
        [
            .. PlacedGang(maxAttempts, timeoutSeconds),
            new JobStarted(1, RunId, Node, Now, timeoutSeconds is { } s ? Now.AddSeconds(s) : null),
            new RankStarted(1, 1, OtherNode, Now),
            new RankStarted(1, 2, Node, Now),
        ];

    public static EndRank ExitOf(int rank, string reason, int? code = null, string? detail = null, int after = 0) =>
        new(1, rank, Gang[rank].NodeId, reason, code, detail, Now.AddSeconds(after));

    public static RankExited ExitedAs(
        int rank,
        string reason,
        int? code = null,
        string? detail = null,
        int after = 0
    ) => new(1, rank, Gang[rank].NodeId, reason, code, detail, Now.AddSeconds(after));

    public static Specification<Job, JobEvent> Given(JobEvent[] events) =>
        new Specification<Job, JobEvent>(Job.Decider).Given(events);

    public static Specification<Job, JobEvent> When(
        this Specification<Job, JobEvent> specification,
        JobCommand command,
        TimeSpan later = default
    ) => specification.When(job => Job.Decide(job, command, Now + later));

    public static Job Fold(IEnumerable<JobEvent> events) => events.Aggregate(Job.Initial, Job.Evolve);

    public static IReadOnlyList<JobEvent> EventsOf(Decision<JobEvent> decision) =>
        decision is Decision<JobEvent>.Accepted accepted ? accepted.Events : [];
}
