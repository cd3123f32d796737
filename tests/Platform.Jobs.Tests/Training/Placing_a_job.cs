using Platform.Jobs.Training;
using static Platform.Jobs.Tests.Training.TestJobs;
using EndReasons = Platform.Contracts.Jobs.EndReasons;

namespace Platform.Jobs.Tests.Training;

public sealed class Placing_a_job
{
    [Fact]
    public void begins_with_its_submission() =>
        Given([]).When(new SubmitJob(JobId, RunId, Spec())).Then(new JobSubmitted(JobId, RunId, Spec(), Now));

    [Fact]
    public void is_submitted_once() => Given(Pending()).When(new SubmitJob(JobId, RunId, Spec())).ThenNothing();

    [Fact]
    public void queues_it_with_the_reason_when_it_has_to_wait() =>
        Given(Pending())
            .When(new QueueAttempt(1, "needs 64 GPUs; the largest node has 2"))
            .Then(new JobQueued(1, Now, "needs 64 GPUs; the largest node has 2", Now));

    [Fact]
    public void records_no_event_for_a_new_reason() =>
        Given(Queued()).When(new QueueAttempt(1, "another reason")).ThenNothing();

    [Fact]
    public void passes_through_the_queue_when_a_node_is_free() =>
        Given(Pending())
            .When(new PlaceAttempt(1, Nodes))
            .Then(new JobQueued(1, Now, null, Now), new JobPlaced(1, Nodes, Now));

    [Fact]
    public void takes_it_out_of_the_queue() =>
        Given(Queued()).When(new PlaceAttempt(1, Nodes)).Then(new JobPlaced(1, Nodes, Now));

    [Fact]
    public void is_recorded_once() => Given(Placed()).When(new PlaceAttempt(1, Nodes)).ThenNothing();

    [Fact]
    public void starts_it_with_its_time_limit_counted_from_the_start() =>
        Given(Placed(timeoutSeconds: 60))
            .When(new StartRank(1, 0, Node, Now), later: TimeSpan.FromSeconds(2))
            .Then(new JobStarted(1, RunId, Node, Now, Now.AddSeconds(60)));

    [Fact]
    public void limits_times_of_a_clock_that_runs_ahead() =>
        Given(Placed())
            .When(new StartRank(1, 0, Node, Now.AddHours(1)))
            .Then(new JobStarted(1, RunId, Node, Now, null));

    [Fact]
    public void ignores_reports_of_other_nodes()
    {
        Given(Placed()).When(new StartRank(1, 0, OtherNode, Now)).ThenNothing();
        Given(Running()).When(Exit(1, EndReasons.ExitCode, 0) with { NodeId = OtherNode }).ThenNothing();
    }

    [Fact]
    public void can_be_followed_by_an_end_without_a_start() =>
        Given(Placed())
            .When(Exit(1, EndReasons.CouldNotStart, detail: "train: not found"))
            .Then(
                new AttemptFailed(1, EndReasons.CouldNotStart, null, "train: not found", Now),
                new JobFailed(1, RunId, EndReasons.CouldNotStart, null, "train: not found", Now)
            );
}
