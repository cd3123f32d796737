using CsCheck;
using Platform.Contracts.Jobs;
using Platform.EventStore;
using Platform.Jobs.Training;
using static Platform.Jobs.Tests.Training.TestJobs;
using EndReasons = Platform.Contracts.Jobs.EndReasons;

namespace Platform.Jobs.Tests.Training;

/// <summary>Random attempts of 1 to 6 processes, whose reports arrive in random order, some of them several times.</summary>
public sealed class Reports_of_ranks_in_any_order
{
    private static readonly DateTimeOffset _afterAll = Now.AddHours(1);

    private static readonly Gen<(string Reason, int? ExitCode)> _ends = OneOf<(string Reason, int? ExitCode)>(
        (EndReasons.ExitCode, (int?)0),
        (EndReasons.ExitCode, 0),
        (EndReasons.ExitCode, 1),
        (EndReasons.ExitCode, 137),
        (EndReasons.OutOfMemory, null),
        (EndReasons.CouldNotStart, null),
        (EndReasons.PeerFailed, null),
        (EndReasons.NodeStopped, null)
    );

    private static readonly Gen<string?> _stops = OneOf<string?>(null, null, EndReasons.Cancelled, EndReasons.TimedOut);

    private static readonly Gen<Attempt> _attempts =
        from stop in _stops
        from ends in Gen.Select(_ends, Gen.Int[0, 3]).Array[1, 6]
        select new Attempt(stop, [.. ends.Select(end => (end.Item1.Reason, end.Item1.ExitCode, end.Item2))]);

    private static readonly Gen<(Attempt Attempt, JobCommand[] Reports)> _deliveries =
        from attempt in _attempts
        from repeats in Gen.Int[1, 3].Array[attempt.Reports.Count]
        from reports in Gen.Shuffle(attempt.Reports.SelectMany((r, i) => Enumerable.Repeat(r, repeats[i])).ToArray())
        select (attempt, reports);

    [Fact]
    public void lead_to_the_same_end() =>
        _deliveries.Sample(delivery =>
        {
            var inOrder = Deliver(delivery.Attempt, delivery.Attempt.Reports);
            var shuffled = Deliver(delivery.Attempt, delivery.Reports);

            return inOrder[^1] == shuffled[^1]
                && Processes(inOrder).SequenceEqual(Processes(shuffled), EqualityComparer<ProcessEnd?>.Default);
        });

    [Fact]
    public void end_the_attempt_with_its_last_process_and_not_before() =>
        _deliveries.Sample(delivery =>
        {
            var missing = new HashSet<int>(delivery.Attempt.Ends.Select(end => end.Rank));
            var events = delivery.Attempt.Begin();
            foreach (var report in delivery.Reports)
            {
                Decide(events, report);
                if (report is EndRank end)
                {
                    missing.Remove(end.Rank);
                }

                if (missing.Count > 0 != Fold(events).Holds(1))
                {
                    return false;
                }
            }

            return true;
        });

    [Fact]
    public void succeed_only_when_every_process_did() =>
        _deliveries.Sample(delivery =>
        {
            var allSucceeded = delivery.Attempt.Ends.All(end => end is { Reason: EndReasons.ExitCode, ExitCode: 0 });

            return Deliver(delivery.Attempt, delivery.Reports)[^1] is JobSucceeded == allSucceeded;
        });

    [Fact]
    public void request_at_most_one_stop_of_what_is_left() =>
        _deliveries.Sample(delivery =>
            Deliver(delivery.Attempt, delivery.Reports).OfType<StopRequested>().Count() <= 1
        );

    [Fact]
    public void add_no_event_to_a_job_of_one_process() =>
        _deliveries
            .Where(delivery => delivery.Attempt.Ends.Count == 1)
            .Sample(delivery => !Deliver(delivery.Attempt, delivery.Reports).Any(e => e is RankStarted or RankExited));

    [Fact]
    public void end_the_attempt_at_the_latest_with_the_loss_of_its_placement() =>
        Gen.Select(_deliveries, Gen.Int[0, 20])
            .Sample(
                (delivery, at) =>
                {
                    var events = delivery.Attempt.Begin();
                    foreach (var report in delivery.Reports.Take(at))
                    {
                        Decide(events, report);
                    }

                    Decide(events, new LoseAttempt(1, EndReasons.NodeLost, Node));
                    var afterLoss = events.Count;
                    foreach (var report in delivery.Reports.Skip(at))
                    {
                        Decide(events, report);
                    }

                    return !Fold(events).Holds(1) && events.Count == afterLoss;
                }
            );

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static List<JobEvent> Deliver(Attempt attempt, IEnumerable<JobCommand> reports)
    {
        var events = attempt.Begin();
        foreach (var report in reports)
        {
            Decide(events, report);
        }

        return events;
    }

    private static void Decide(List<JobEvent> events, JobCommand command)
    {
        var decision = Job.Decide(Fold(events), command, _afterAll);
        Assert.IsNotType<Decision<JobEvent>.Refused>(decision);
        events.AddRange(EventsOf(decision));
    }

    /// <summary>How each process ended, as recorded.</summary>
    private static IEnumerable<ProcessEnd?> Processes(IReadOnlyList<JobEvent> events) =>
        events
            .OfType<RankExited>()
            .OrderBy(exited => exited.Rank)
            .Select(exited => new ProcessEnd(exited.Reason, exited.ExitCode, exited.Detail, exited.At));

    /// <summary>How an attempt of a job with two tries goes.</summary>
    /// <param name="StopReason">Why it is stopped while it runs; null when it is not.</param>
    private sealed record Attempt(
        string? StopReason,
        IReadOnlyList<(string Reason, int? ExitCode, int Seconds)> Processes
    )
    {
        public IReadOnlyList<EndRank> Ends { get; } =
        [
            .. Processes.Select(
                (end, rank) =>
                    new EndRank(1, rank, NodeOf(rank), end.Reason, end.ExitCode, null, Now.AddSeconds(end.Seconds))
            ),
        ];

        /// <summary>A start and an end of each process.</summary>
        public IReadOnlyList<JobCommand> Reports =>
            [.. Ends.Select(end => new StartRank(1, end.Rank, end.NodeId, Now)), .. Ends];

        public List<JobEvent> Begin() =>
            [
                .. Pending(maxAttempts: 2, timeoutSeconds: 7200),
                new JobQueued(1, Now, null, Now),
                new JobPlaced(
                    1,
                    [
                        .. Ends.Select(end => new PlacedNode
                        {
                            NodeId = end.NodeId,
                            NodeName = "node",
                            Gpus = [],
                            Rank = end.Rank,
                        }),
                    ],
                    Now
                ),
                .. StopReason is null ? Array.Empty<JobEvent>() : [new StopRequested(1, StopReason, Now)],
            ];

        private static Guid NodeOf(int rank) => rank % 2 == 0 ? Node : OtherNode;
    }
}
