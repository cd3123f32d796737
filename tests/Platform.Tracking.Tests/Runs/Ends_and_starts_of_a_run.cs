using Platform.EventStore;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Tests.Runs;

public sealed class Ends_and_starts_of_a_run
{
    private static readonly DateTimeOffset _now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly Guid _job = Guid.Parse("0198f000-0000-7000-8000-000000000001");

    private static Specification<Run, RunEvent> Run => new(Tracking.Runs.Run.Decider);

    [Fact]
    public void have_the_times_of_the_training() =>
        Run.When(Do(new CreateRun("p", null, JobId: null, Starts: true, StartedAt: At(-60))))
            .Then(new RunCreated { Project = "p", At = At(-60) }, new RunStarted { ByTraining = true, At = At(-60) });

    [Fact]
    public void are_not_in_the_future() =>
        Run.Given(Created(), Started(-10))
            .When(Do(new FinishRun(RunStatus.Finished, EndedAt: At(60))))
            .Then(new RunEnded { Status = RunStatus.Finished, At = _now });

    [Fact]
    public void keep_the_training_s_own_word() =>
        Run.Given(Created(), Started(-10))
            .When(Do(new FinishRun(RunStatus.Failed, EndedAt: At(-1), Reason: "crashed")))
            .Then(
                new RunEnded
                {
                    Status = RunStatus.Failed,
                    Reason = "crashed",
                    At = At(-1),
                }
            );

    [Fact]
    public void a_process_that_goes_on_with_an_ended_run_starts_it_again() =>
        Run.Given(Created(), Started(-60), Ended(-30))
            .When(Do(Start(-10)))
            .Then(new RunStarted { ByTraining = true, At = At(-10) });

    [Fact]
    public void the_process_that_ended_it_does_not_when_its_start_is_repeated() =>
        Run.Given(Created(), Started(-60), Ended(-30)).When(Do(Start(-60))).ThenNothing();

    [Fact]
    public void a_late_end_of_an_earlier_process_does_not_end_the_next_one() =>
        Run.Given(Created(), Started(-60), Started(-10))
            .When(Do(new FinishRun(RunStatus.Failed, EndedAt: At(-30))))
            .ThenNothing();

    [Fact]
    public void further_processes_of_a_job_do_not_start_its_run_again() =>
        Run.Given(Created(_job), Started(-60)).When(Do(Start(-10) with { JobId = _job })).ThenNothing();

    [Fact]
    public void a_silent_run_is_interrupted() =>
        Run.Given(Created(), Started(-60)).When(Do(new LoseRun())).Then(new RunLost { At = _now });

    [Fact]
    public void a_silent_run_of_a_job_is_not() =>
        Run.Given(Created(_job), Started(-60)).When(Do(new LoseRun())).ThenNothing();

    [Fact]
    public void a_run_that_was_given_up_runs_again_when_it_is_heard_of() =>
        Run.Given(Created(), Started(-60), new RunLost { At = At(-30) })
            .When(Do(new FindRun()))
            .Then(new RunStarted { At = _now });

    [Fact]
    public void a_run_that_was_given_up_takes_its_real_end() =>
        Run.Given(Created(), Started(-60), new RunLost { At = At(-30) })
            .When(Do(new FinishRun(RunStatus.Finished, EndedAt: At(-40))))
            .Then(new RunEnded { Status = RunStatus.Finished, At = At(-40) });

    [Fact]
    public void a_heartbeat_does_not_start_a_run_that_ended_itself() =>
        Run.Given(Created(), Started(-60), Ended(-30)).When(Do(new FindRun())).ThenNothing();

    [Theory]
    [InlineData("1122")]
    [InlineData("1212")]
    [InlineData("1221")]
    [InlineData("2112")]
    [InlineData("2121")]
    [InlineData("2211")]
    public void of_two_processes_leave_the_same_run_however_they_arrive(string order)
    {
        Dictionary<char, Queue<RunCommand>> processes = new()
        {
            ['1'] = new([Start(-60), new FinishRun(RunStatus.Failed, EndedAt: At(-30))]),
            ['2'] = new([Start(-20), new FinishRun(RunStatus.Finished, EndedAt: At(-10))]),
        };
        var run = Tracking.Runs.Run.Initial;
        foreach (var process in order)
        {
            var decision = Tracking.Runs.Run.Decide(run, processes[process].Dequeue(), _now);
            if (decision is Decision<RunEvent>.Accepted { Events: var events })
            {
                run = events.Aggregate(run, Tracking.Runs.Run.Evolve);
            }
        }

        Assert.Equal(RunStatus.Finished, run.Status);
        Assert.Equal(At(-10), run.EndedAt);
    }

    private static DateTimeOffset At(int seconds) => _now.AddSeconds(seconds);

    private static Func<Run, Decision<RunEvent>> Do(RunCommand command) =>
        run => Tracking.Runs.Run.Decide(run, command, _now);

    private static CreateRun Start(int seconds) => new("p", null, JobId: null, Starts: true, StartedAt: At(seconds));

    private static RunCreated Created(Guid? job = null) =>
        new()
        {
            Project = "p",
            JobId = job,
            At = At(-100),
        };

    private static RunStarted Started(int seconds) => new() { At = At(seconds) };

    private static RunEnded Ended(int seconds) => new() { Status = RunStatus.Finished, At = At(seconds) };
}
