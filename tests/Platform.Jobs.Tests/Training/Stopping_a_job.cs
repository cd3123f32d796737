using Platform.Jobs.Training;
using static Platform.Jobs.Tests.Training.TestJobs;
using EndReasons = Platform.Contracts.Jobs.EndReasons;

namespace Platform.Jobs.Tests.Training;

public sealed class Stopping_a_job
{
    [Fact]
    public void ends_it_immediately_while_it_waits()
    {
        Given(Pending()).When(new CancelJob()).Then(new JobCancelled(1, RunId, null, Now));
        Given(Queued()).When(new CancelJob()).Then(new JobCancelled(1, RunId, null, Now));
    }

    [Fact]
    public void requests_a_stop_once_it_is_placed()
    {
        Given(Placed()).When(new CancelJob()).Then(new StopRequested(1, EndReasons.Cancelled, Now));
        Given(Running()).When(new CancelJob()).Then(new StopRequested(1, EndReasons.Cancelled, Now));
    }

    [Fact]
    public void is_requested_once()
    {
        Given(Stopping(EndReasons.Cancelled)).When(new CancelJob()).ThenNothing();
        Given(Stopping(EndReasons.TimedOut)).When(new CancelJob()).ThenNothing();
        Given(Cancelled()).When(new CancelJob()).ThenNothing();
    }

    [Fact]
    public void is_refused_once_it_has_ended()
    {
        Given(Succeeded()).When(new CancelJob()).ThenRefused("job.invalid-transition");
        Given(Failed()).When(new CancelJob()).ThenRefused("job.invalid-transition");
    }

    [Theory]
    [InlineData(EndReasons.Cancelled, null)]
    [InlineData(EndReasons.ExitCode, 1)]
    [InlineData(EndReasons.Killed, null)]
    [InlineData(EndReasons.NodeStopped, null)]
    public void cancels_it_however_its_process_ended(string reason, int? exitCode) =>
        Given(Stopping(EndReasons.Cancelled))
            .When(Exit(1, reason, exitCode))
            .Then(new JobCancelled(1, RunId, exitCode, Now));

    [Fact]
    public void comes_too_late_for_a_process_that_has_succeeded() =>
        Given(Stopping(EndReasons.Cancelled))
            .When(Exit(1, EndReasons.ExitCode, 0, "A link was not kept."))
            .Then(new JobSucceeded(1, RunId, Now, "A link was not kept."));

    [Fact]
    public void cancels_it_when_its_node_never_answers_and_is_lost() =>
        Given(Stopping(EndReasons.Cancelled))
            .When(new LoseAttempt(1, EndReasons.NodeLost, Node))
            .Then(new AttemptLost(1, EndReasons.NodeLost, Node, Now), new JobCancelled(1, RunId, null, Now));

    [Fact]
    public void accepts_a_cancellation_that_the_agent_reports() =>
        Given(Running(maxAttempts: 3)).When(Exit(1, EndReasons.Cancelled)).Then(new JobCancelled(1, RunId, null, Now));

    [Fact]
    public void happens_automatically_at_the_time_limit() =>
        Given(Running(timeoutSeconds: 60))
            .When(new StopOverdueAttempt(1), later: TimeSpan.FromSeconds(60))
            .Then(new StopRequested(1, EndReasons.TimedOut, Now.AddSeconds(60)));

    [Fact]
    public void does_not_happen_before_the_time_limit() =>
        Given(Running(timeoutSeconds: 60))
            .When(new StopOverdueAttempt(1), later: TimeSpan.FromSeconds(59))
            .ThenNothing();

    [Fact]
    public void fails_it_without_a_retry_at_the_time_limit()
    {
        Given(Stopping(EndReasons.TimedOut))
            .When(Exit(1, EndReasons.TimedOut, detail: "stopped after 60 s"))
            .Then(
                new AttemptFailed(1, EndReasons.TimedOut, null, "stopped after 60 s", Now),
                new JobFailed(1, RunId, EndReasons.TimedOut, null, "stopped after 60 s", Now)
            );
        Given(Stopping(EndReasons.TimedOut))
            .When(new LoseAttempt(1, EndReasons.NodeLost, Node))
            .Then(
                new AttemptLost(1, EndReasons.NodeLost, Node, Now),
                new JobFailed(1, RunId, EndReasons.TimedOut, null, null, Now)
            );
    }
}
