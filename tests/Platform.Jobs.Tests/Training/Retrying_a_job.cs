using Platform.Contracts.Sentences;
using Platform.Jobs.Training;
using static Platform.Jobs.Tests.Training.TestJobs;
using EndReasons = Platform.Contracts.Jobs.EndReasons;

namespace Platform.Jobs.Tests.Training;

public sealed class Retrying_a_job
{
    private static readonly SentenceCode? _retryRequested = ((Sentence)JobSentences.RetryRequested).Code;

    [Fact]
    public void waits_for_the_back_off_after_a_failure() =>
        Given(Running(maxAttempts: 3, backoffSeconds: 5))
            .When(Exit(1, EndReasons.ExitCode, 3))
            .Then(
                new AttemptFailed(1, EndReasons.ExitCode, 3, null, Now),
                new JobQueued(
                    2,
                    Now.AddSeconds(5),
                    "attempt 1 failed (exit code 3); next try 5 s later",
                    Now,
                    JobSentences.AttemptFailedWithExitCode.With(1, 3, 5).Code
                )
            );

    [Fact]
    public void doubles_the_back_off_each_time() =>
        Given(RunningAgain(maxAttempts: 3, backoffSeconds: 5))
            .When(Exit(2, EndReasons.OutOfMemory))
            .Then(
                new AttemptFailed(2, EndReasons.OutOfMemory, null, null, Now),
                new JobQueued(
                    3,
                    Now.AddSeconds(10),
                    "attempt 2 failed (out_of_memory); next try 10 s later",
                    Now,
                    JobSentences.AttemptFailed.With(2, "out_of_memory", 10).Code
                )
            );

    [Fact]
    public void never_backs_off_longer_than_an_hour()
    {
        var events = Running(maxAttempts: 100, backoffSeconds: 3600).ToList();
        for (var attempt = 1; attempt <= 40; attempt++)
        {
            events.AddRange(EventsOf(Job.Decide(Fold(events), Exit(attempt, EndReasons.ExitCode, 1), Now)));
            events.Add(new JobPlaced(attempt + 1, Nodes, Now));
        }

        var queued = EventsOf(Job.Decide(Fold(events), Exit(41, EndReasons.ExitCode, 1), Now))
            .OfType<JobQueued>()
            .Single();

        Assert.Equal(Now.AddHours(1), queued.NotBefore);
    }

    [Fact]
    public void ends_with_the_last_attempt() =>
        Given(RunningAgain(maxAttempts: 2))
            .When(Exit(2, EndReasons.ExitCode, 4))
            .Then(
                new AttemptFailed(2, EndReasons.ExitCode, 4, null, Now),
                new JobFailed(2, RunId, EndReasons.ExitCode, 4, null, Now)
            );

    [Theory]
    [InlineData(EndReasons.TimedOut)]
    [InlineData(EndReasons.CouldNotStart)]
    [InlineData(EndReasons.InputMissing)]
    public void does_not_happen_after(string reason) =>
        Given(Running(maxAttempts: 3))
            .When(Exit(1, reason))
            .Then(new AttemptFailed(1, reason, null, null, Now), new JobFailed(1, RunId, reason, null, null, Now));

    [Theory]
    [InlineData(EndReasons.ExitCode, 1)]
    [InlineData(EndReasons.OutOfMemory, null)]
    [InlineData(EndReasons.Killed, null)]
    [InlineData(EndReasons.OutputRefused, 0)]
    [InlineData(EndReasons.DiskFull, null)]
    public void happens_after(string reason, int? exitCode)
    {
        var decision = Job.Decide(Fold(Running(maxAttempts: 2)), Exit(1, reason, exitCode), Now);

        Assert.Equal(2, EventsOf(decision).OfType<JobQueued>().Single().Attempt);
    }

    [Fact]
    public void costs_no_attempt_when_the_node_was_lost() =>
        Given(Running(maxAttempts: 1))
            .When(new LoseAttempt(1, EndReasons.NodeLost, Node))
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

    [Fact]
    public void costs_no_attempt_when_the_agent_was_stopped() =>
        Given(Running(maxAttempts: 1))
            .When(Exit(1, EndReasons.NodeStopped))
            .Then(
                new AttemptLost(1, EndReasons.NodeStopped, Node, Now),
                new JobQueued(
                    2,
                    Now,
                    "attempt 1 lost its node (node_stopped)",
                    Now,
                    JobSentences.AttemptLost.With(1, "node_stopped").Code
                )
            );

    [Fact]
    public void ends_when_a_job_has_lost_ten_nodes()
    {
        var events = Pending().ToList();
        for (var attempt = 1; ; attempt++)
        {
            events.Add(new JobQueued(attempt, Now, null, Now));
            events.Add(new JobPlaced(attempt, Nodes, Now));
            var lost = EventsOf(Job.Decide(Fold(events), new LoseAttempt(attempt, EndReasons.NodeLost, Node), Now));
            events.AddRange(lost);
            if (Fold(events).HasEnded)
            {
                Assert.Equal(Job.MaxLosses, attempt);
                Assert.Equal(EndReasons.NodeLost, Assert.IsType<JobFailed>(lost[^1]).Reason);
                return;
            }
        }
    }

    [Fact]
    public void can_be_requested_once_it_failed() =>
        Given(Failed()).When(new RetryJob()).Then(new JobQueued(2, Now, "retry requested", Now, _retryRequested));

    [Fact]
    public void can_be_requested_once_it_was_cancelled() =>
        Given(Cancelled()).When(new RetryJob()).Then(new JobQueued(2, Now, "retry requested", Now, _retryRequested));

    [Fact]
    public void gives_a_new_budget_when_a_user_requests_it()
    {
        var job = Fold([.. RunningAgain(maxAttempts: 2), .. Failed()[^2..], new JobQueued(3, Now, null, Now)]);

        Assert.Equal((0, 0), (job.Failures, job.Losses));
    }

    [Fact]
    public void is_refused_while_it_runs_and_after_success()
    {
        Given(Running()).When(new RetryJob()).ThenRefused("job.invalid-transition");
        Given(Succeeded()).When(new RetryJob()).ThenRefused("job.invalid-transition");
    }
}
