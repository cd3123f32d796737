using Platform.Jobs.Training;
using static Platform.Jobs.Tests.Training.TestJobs;
using EndReasons = Platform.Contracts.Jobs.EndReasons;

namespace Platform.Jobs.Tests.Training;

public sealed class Stopping_a_job
{
    [Fact]
    public void Ends_it_at_once_while_it_waits()
    {
        Given(Pending()).When(new CancelJob()).Then(new JobCancelled(1, RunId, null, Now));
        Given(Queued()).When(new CancelJob()).Then(new JobCancelled(1, RunId, null, Now));
    }

    [Fact]
    public void Asks_its_agent_once_it_is_placed()
    {
        Given(Placed()).When(new CancelJob()).Then(new StopRequested(1, EndReasons.Cancelled, Now));
        Given(Running()).When(new CancelJob()).Then(new StopRequested(1, EndReasons.Cancelled, Now));
    }

    [Fact]
    public void Is_asked_once()
    {
        Given(Stopping(EndReasons.Cancelled)).When(new CancelJob()).ThenNothing();
        Given(Stopping(EndReasons.TimedOut)).When(new CancelJob()).ThenNothing();
        Given(Cancelled()).When(new CancelJob()).ThenNothing();
    }

    [Fact]
    public void Is_refused_once_it_has_ended()
    {
        Given(Succeeded()).When(new CancelJob()).ThenRefused("job.invalid-transition");
        Given(Failed()).When(new CancelJob()).ThenRefused("job.invalid-transition");
    }

    [Theory]
    [InlineData(EndReasons.Cancelled, null)]
    [InlineData(EndReasons.ExitCode, 1)]
    [InlineData(EndReasons.Killed, null)]
    [InlineData(EndReasons.NodeStopped, null)]
    public void Cancels_it_however_its_process_ended(string reason, int? exitCode) =>
        Given(Stopping(EndReasons.Cancelled))
            .When(Exit(1, reason, exitCode))
            .Then(new JobCancelled(1, RunId, exitCode, Now));

    [Fact]
    public void Comes_too_late_for_a_process_that_has_succeeded() =>
        Given(Stopping(EndReasons.Cancelled))
            .When(Exit(1, EndReasons.ExitCode, 0, "A link was not kept."))
            .Then(new JobSucceeded(1, RunId, Now, "A link was not kept."));

    [Fact]
    public void Cancels_it_when_its_node_never_answers_and_is_lost() =>
        Given(Stopping(EndReasons.Cancelled))
            .When(new LoseAttempt(1, EndReasons.NodeLost, Node))
            .Then(new AttemptLost(1, EndReasons.NodeLost, Node, Now), new JobCancelled(1, RunId, null, Now));

    [Fact]
    public void Takes_an_agents_word_that_it_was_cancelled() =>
        Given(Running(maxAttempts: 3)).When(Exit(1, EndReasons.Cancelled)).Then(new JobCancelled(1, RunId, null, Now));

    [Fact]
    public void Happens_by_itself_when_it_has_run_for_too_long() =>
        Given(Running(timeoutSeconds: 60))
            .When(new StopOverdueAttempt(1), later: TimeSpan.FromSeconds(60))
            .Then(new StopRequested(1, EndReasons.TimedOut, Now.AddSeconds(60)));

    [Fact]
    public void Does_not_happen_before_its_time() =>
        Given(Running(timeoutSeconds: 60))
            .When(new StopOverdueAttempt(1), later: TimeSpan.FromSeconds(59))
            .ThenNothing();

    [Fact]
    public void Fails_it_without_another_attempt_when_it_ran_for_too_long()
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
