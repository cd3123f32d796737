using Platform.Jobs.Training;
using static Platform.Jobs.Tests.Training.TestJobs;
using EndReasons = Platform.Contracts.Jobs.EndReasons;

namespace Platform.Jobs.Tests.Training;

/// <summary>Placed, started and ended in this order, whatever the nodes' clocks say.</summary>
public sealed class Times_of_an_attempt
{
    private static readonly TimeSpan _later = TimeSpan.FromMinutes(10);

    [Fact]
    public void begin_with_its_placement_when_the_clock_of_the_node_is_slow() =>
        Given(Placed(timeoutSeconds: 60))
            .When(new StartRank(1, 0, Node, Now.AddHours(-1)), _later)
            .Then(new JobStarted(1, RunId, Node, Now, Now.AddSeconds(60)));

    [Fact]
    public void are_never_in_the_future() =>
        Given(Placed())
            .When(new StartRank(1, 0, Node, Now.AddHours(1)), _later)
            .Then(new JobStarted(1, RunId, Node, Now + _later, null));

    [Fact]
    public void end_no_process_before_its_start() =>
        Given(Running())
            .When(Exit(1, EndReasons.ExitCode, 0) with { At = Now.AddMilliseconds(-4) }, _later)
            .Then(new JobSucceeded(1, RunId, Now));

    [Theory]
    [InlineData(-60)]
    [InlineData(0)]
    [InlineData(60)]
    public void measure_how_long_it_ran_by_the_clock_of_its_node(int minutesAhead)
    {
        var start = Now.AddMinutes(minutesAhead);
        Given(Running())
            .When(Exit(1, EndReasons.ExitCode, 0) with { StartedAt = start, At = start.AddSeconds(30) }, _later)
            .Then(new JobSucceeded(1, RunId, Now.AddSeconds(30)));
    }

    [Fact]
    public void of_one_that_never_started_end_after_its_placement() =>
        Given(Placed())
            .When(Exit(1, EndReasons.CouldNotStart, detail: "no such program") with { At = Now.AddHours(-1) }, _later)
            .Then(
                new AttemptFailed(1, EndReasons.CouldNotStart, null, "no such program", Now),
                new JobFailed(1, RunId, EndReasons.CouldNotStart, null, "no such program", Now)
            );

    [Fact]
    public void of_a_lost_one_end_after_its_start_also_when_another_instance_has_a_slower_clock() =>
        Given(Running())
            .When(new LoseAttempt(1, EndReasons.NodeLost, Node), -_later)
            .Then(
                new AttemptLost(1, EndReasons.NodeLost, Node, Now),
                new JobQueued(
                    2,
                    Now,
                    "attempt 1 lost its node (node_lost)",
                    Now,
                    JobSentences.AttemptLost.With(1, "node_lost").Code
                )
            );
}
