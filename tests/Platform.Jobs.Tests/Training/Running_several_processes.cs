using Platform.Contracts.Jobs;
using Platform.Contracts.Sentences;
using Platform.Jobs.Training;
using static Platform.Jobs.Tests.Training.TestJobs;
using EndReasons = Platform.Contracts.Jobs.EndReasons;

namespace Platform.Jobs.Tests.Training;

/// <summary>An attempt with one process for each of its ranks.</summary>
public sealed class Running_several_processes
{
    private static readonly TimeSpan _later = TimeSpan.FromMinutes(1);

    [Fact]
    public void knows_where_each_is_placed() =>
        Assert.Equal(
            [(0, Node), (1, OtherNode), (2, Node)],
            Fold([.. PlacedGang()[..^1], new JobPlaced(1, [.. Gang.Reverse()], Now)])
                .Processes.Select(process => (process.Rank, process.NodeId))
        );

    [Theory]
    [InlineData(1, 2)]
    [InlineData(0, 0)]
    [InlineData(0, 2)]
    [InlineData(-1, 0)]
    public void needs_a_node_for_each_rank(int first, int second) =>
        Given(Queued())
            .When(new PlaceAttempt(1, [Nodes[0] with { Rank = first }, Nodes[0] with { Rank = second }]))
            .ThenRefused("job.invalid-placement");

    [Fact]
    public void begins_with_the_first_to_start() =>
        Given(PlacedGang(timeoutSeconds: 60))
            .When(new StartRank(1, 1, OtherNode, Now))
            .Then(new JobStarted(1, RunId, OtherNode, Now, Now.AddSeconds(60), Rank: 1));

    [Fact]
    public void records_the_others_once_each()
    {
        JobEvent[] started = [.. PlacedGang(), new JobStarted(1, RunId, OtherNode, Now, null, Rank: 1)];

        Given(started).When(new StartRank(1, 2, Node, Now)).Then(new RankStarted(1, 2, Node, Now));
        Given(started).When(new StartRank(1, 1, OtherNode, Now)).ThenNothing();
        Given(RunningGang()).When(new StartRank(1, 2, Node, Now)).ThenNothing();
    }

    [Fact]
    public void ignores_a_rank_that_is_placed_elsewhere_or_nowhere()
    {
        Given(PlacedGang()).When(new StartRank(1, 1, Node, Now)).ThenNothing();
        Given(PlacedGang()).When(new StartRank(1, 3, Node, Now)).ThenNothing();
        Given(RunningGang()).When(ExitOf(0, EndReasons.ExitCode, 1) with { Rank = 3 }).ThenNothing();
        Given(RunningGang()).When(ExitOf(0, EndReasons.ExitCode, 1) with { NodeId = OtherNode }).ThenNothing();
    }

    [Fact]
    public void goes_on_after_the_first_success() =>
        Given(RunningGang()).When(ExitOf(0, EndReasons.ExitCode, 0)).Then(ExitedAs(0, EndReasons.ExitCode, 0));

    [Fact]
    public void succeeds_with_the_last_success() =>
        Given([.. RunningGang(), ExitedAs(0, EndReasons.ExitCode, 0, after: 3), ExitedAs(2, EndReasons.ExitCode, 0)])
            .When(ExitOf(1, EndReasons.ExitCode, 0, detail: "no file for output 'model'", after: 2), _later)
            .Then(
                ExitedAs(1, EndReasons.ExitCode, 0, "no file for output 'model'", after: 2),
                new JobSucceeded(
                    1,
                    RunId,
                    Now.AddSeconds(3),
                    "rank 1: no file for output 'model'",
                    OfRank(1, new Sentence("no file for output 'model'", Code: null))
                )
            );

    [Fact]
    public void records_each_end_once() =>
        Given([.. RunningGang(), ExitedAs(0, EndReasons.ExitCode, 0)])
            .When(ExitOf(0, EndReasons.ExitCode, 1))
            .ThenNothing();

    [Fact]
    public void ignores_the_start_of_one_that_ended() =>
        Given([.. PlacedGang(), ExitedAs(0, EndReasons.ExitCode, 0)])
            .When(new StartRank(1, 0, Node, Now))
            .ThenNothing();

    [Fact]
    public void stops_the_others_when_one_fails() =>
        Given(RunningGang())
            .When(ExitOf(1, EndReasons.OutOfMemory))
            .Then(ExitedAs(1, EndReasons.OutOfMemory), new StopRequested(1, EndReasons.PeerFailed, Now));

    [Fact]
    public void stops_them_once() =>
        Given(FailedFirst()).When(ExitOf(2, EndReasons.ExitCode, 1)).Then(ExitedAs(2, EndReasons.ExitCode, 1));

    [Fact]
    public void fails_as_the_first_that_failed_once_all_have_ended() =>
        Given([.. FailedFirst(), ExitedAs(0, EndReasons.PeerFailed, after: 2)])
            .When(ExitOf(2, EndReasons.ExitCode, 0, after: 1), _later)
            .Then(
                ExitedAs(2, EndReasons.ExitCode, 0, after: 1),
                new AttemptFailed(
                    1,
                    EndReasons.ExitCode,
                    7,
                    "rank 1: failed first",
                    Now.AddSeconds(2),
                    OfRank(1, JobSentences.FailedFirst)
                ),
                new JobFailed(
                    1,
                    RunId,
                    EndReasons.ExitCode,
                    7,
                    "rank 1: failed first",
                    Now.AddSeconds(2),
                    OfRank(1, JobSentences.FailedFirst)
                )
            );

    [Fact]
    public void fails_as_the_first_by_time_whichever_report_arrives_first()
    {
        var events = EventsOf(
            Job.Decide(
                Fold([
                    .. RunningGang(),
                    ExitedAs(0, EndReasons.ExitCode, 1, after: 2),
                    new StopRequested(1, EndReasons.PeerFailed, Now),
                    ExitedAs(1, EndReasons.OutOfMemory, detail: "killed by the kernel", after: 1),
                ]),
                ExitOf(2, EndReasons.PeerFailed),
                Now + _later
            )
        );

        var failed = Assert.IsType<JobFailed>(events[^1]);
        Assert.Equal((EndReasons.OutOfMemory, "rank 1: killed by the kernel"), (failed.Reason, failed.Detail));
    }

    [Fact]
    public void is_tried_again_as_a_whole()
    {
        var events = EventsOf(
            Job.Decide(
                Fold([
                    .. RunningGang(maxAttempts: 2),
                    ExitedAs(0, EndReasons.ExitCode, 3),
                    new StopRequested(1, EndReasons.PeerFailed, Now),
                    ExitedAs(1, EndReasons.PeerFailed),
                ]),
                ExitOf(2, EndReasons.PeerFailed),
                Now
            )
        );

        var queued = Assert.IsType<JobQueued>(events[^1]);
        Assert.Equal((2, "attempt 1 failed (exit code 3); next try 5 s later"), (queued.Attempt, queued.Reason));
        var again = Fold([.. RunningGang(maxAttempts: 2), .. events]);
        Assert.Equal((JobStatus.Queued, null), (again.Status, again.StopReason));
        Assert.Empty(again.Processes);
    }

    [Fact]
    public void is_lost_with_one_node()
    {
        Given(RunningGang())
            .When(new LoseAttempt(1, EndReasons.NodeLost, OtherNode))
            .Then(
                new AttemptLost(1, EndReasons.NodeLost, OtherNode, Now),
                new JobQueued(
                    2,
                    Now,
                    "attempt 1 lost its node (node_lost)",
                    Now,
                    JobSentences.AttemptLost.With(1, "node_lost").Code
                )
            );
    }

    [Fact]
    public void fails_as_the_first_that_failed_when_the_others_are_lost() =>
        Given(FailedFirst())
            .When(new LoseAttempt(1, EndReasons.NodeLost, Node), _later)
            .Then(
                new AttemptFailed(
                    1,
                    EndReasons.ExitCode,
                    7,
                    "rank 1: failed first",
                    Now + _later,
                    OfRank(1, JobSentences.FailedFirst)
                ),
                new JobFailed(
                    1,
                    RunId,
                    EndReasons.ExitCode,
                    7,
                    "rank 1: failed first",
                    Now + _later,
                    OfRank(1, JobSentences.FailedFirst)
                )
            );

    [Fact]
    public void costs_no_attempt_when_an_agent_was_stopped()
    {
        JobEvent[] stopping =
        [
            .. RunningGang(),
            ExitedAs(1, EndReasons.NodeStopped),
            new StopRequested(1, EndReasons.PeerFailed, Now),
            ExitedAs(0, EndReasons.PeerFailed),
        ];

        Given(stopping)
            .When(ExitOf(2, EndReasons.PeerFailed))
            .Then(
                ExitedAs(2, EndReasons.PeerFailed),
                new AttemptLost(1, EndReasons.NodeStopped, OtherNode, Now),
                new JobQueued(
                    2,
                    Now,
                    "attempt 1 lost its node (node_stopped)",
                    Now,
                    JobSentences.AttemptLost.With(1, "node_stopped").Code
                )
            );
    }

    [Fact]
    public void is_cancelled_once_all_have_ended()
    {
        JobEvent[] stopping = [.. RunningGang(), new StopRequested(1, EndReasons.Cancelled, Now)];

        Given(stopping).When(ExitOf(0, EndReasons.Cancelled)).Then(ExitedAs(0, EndReasons.Cancelled));
        Given([.. stopping, ExitedAs(0, EndReasons.Cancelled), ExitedAs(1, EndReasons.ExitCode, 0)])
            .When(ExitOf(2, EndReasons.Cancelled, 143))
            .Then(ExitedAs(2, EndReasons.Cancelled, 143), new JobCancelled(1, RunId, null, Now));
    }

    [Fact]
    public void can_be_cancelled_while_the_others_are_stopped()
    {
        Given(FailedFirst()).When(new CancelJob()).Then(new StopRequested(1, EndReasons.Cancelled, Now));

        JobEvent[] cancelled = [.. FailedFirst(), new StopRequested(1, EndReasons.Cancelled, Now)];
        Given(cancelled).When(new CancelJob()).ThenNothing();
        Given([.. cancelled, ExitedAs(0, EndReasons.PeerFailed)])
            .When(ExitOf(2, EndReasons.PeerFailed))
            .Then(ExitedAs(2, EndReasons.PeerFailed), new JobCancelled(1, RunId, 7, Now));
    }

    [Fact]
    public void succeeds_when_all_did_before_they_were_stopped() =>
        Given([
                .. RunningGang(),
                new StopRequested(1, EndReasons.Cancelled, Now),
                ExitedAs(0, EndReasons.ExitCode, 0),
                ExitedAs(1, EndReasons.ExitCode, 0),
            ])
            .When(ExitOf(2, EndReasons.ExitCode, 0))
            .Then(ExitedAs(2, EndReasons.ExitCode, 0), new JobSucceeded(1, RunId, Now));

    [Fact]
    public void loads_events_of_release_0_1_0_as_rank_0()
    {
        var old = new JobStarted(1, RunId, Node, Now, null);

        var job = Fold([.. Placed(), old]);

        Assert.Equal(new JobProcess(0, Node) { StartedAt = Now }, Assert.Single(job.Processes));
        Assert.Equal(new ProcessEnd(EndReasons.ExitCode, 3, null, Now), Assert.Single(Fold(Failed()).Processes).End);
        Assert.True(Assert.Single(Fold(Succeeded()).Processes).End!.Succeeded);
    }

    /// <summary>Rank 1 failed with exit code 7; the others still run.</summary>
    private static JobEvent[] FailedFirst() =>
        [.. RunningGang(), ExitedAs(1, EndReasons.ExitCode, 7), new StopRequested(1, EndReasons.PeerFailed, Now)];

    private static SentenceCode? OfRank(int rank, Sentence detail) => JobSentences.OfRank.With(rank, detail).Code;
}
