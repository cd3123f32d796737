using Platform.EventStore;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Tests.Jobs;

/// <summary>Messages of a job arrive in any order and more than once; the resulting run is the same.</summary>
public sealed class The_run_of_a_job
{
    private static readonly DateTimeOffset _start = new(2026, 1, 2, 3, 0, 0, TimeSpan.Zero);
    private static readonly Guid _job = Guid.Parse("0198f000-0000-7000-8000-000000000001");

    private static readonly CreateRun _submitted = new("demo/digits", "digits", _job, Starts: false);

    public static TheoryData<string, string> Sequences =>
        new()
        {
            { "submitted running1 ended1:Finished", "Finished" },
            { "submitted running1 ended1:Interrupted", "Interrupted" },
            { "submitted ended1:Interrupted", "Interrupted" },
            { "submitted running1 running2 ended2:Failed", "Failed" },
            { "submitted running1 ended1:Failed running2 ended2:Finished", "Finished" },
            { "submitted running1 ended1:Failed running2", "Running" },
        };

    [Theory]
    [MemberData(nameof(Sequences))]
    public void is_the_same_for_every_order_of_the_messages(string sequence, string expected)
    {
        var messages = sequence.Split(' ').Select(Command).ToArray();
        foreach (var order in Permutations(messages))
        {
            // Each message is repeated immediately, and all are repeated at the end.
            var run = Play([.. order.SelectMany(message => new[] { message, message }), .. order]);

            Assert.Equal(Enum.Parse<RunStatus>(expected), run.Status);
            Assert.Equal("demo/digits", run.Project);
            Assert.Equal("digits", run.Name);
            Assert.Equal(_job, run.JobId);
        }
    }

    [Fact]
    public void keeps_the_end_that_the_training_gave_it()
    {
        var run = Play(
            _submitted,
            Command("running1"),
            new FinishRun(RunStatus.Failed),
            Command("ended1:Finished"),
            Command("running1")
        );

        Assert.Equal(RunStatus.Failed, run.Status);
    }

    [Fact]
    public void is_not_started_again_by_a_late_message_about_the_attempt_that_ended_it()
    {
        var run = Play(
            new CreateRun("p", null, _job, Starts: true),
            new FinishRun(RunStatus.Finished),
            Command("running1")
        );

        Assert.Equal(RunStatus.Finished, run.Status);
    }

    [Fact]
    public void runs_again_in_a_later_attempt_although_the_training_had_ended_it()
    {
        var run = Play(
            _submitted,
            Command("running1"),
            new FinishRun(RunStatus.Failed),
            new StartJobAttempt(_job, 2, _start.AddHours(2))
        );

        Assert.Equal(RunStatus.Running, run.Status);
        Assert.Null(run.EndedAt);
        Assert.Equal(RunStatus.Finished, Play(run, new FinishRun(RunStatus.Finished), Command("ended2:Failed")).Status);
    }

    [Fact]
    public void ignores_a_late_report_of_an_earlier_attempt()
    {
        var run = Play(
            _submitted,
            Command("running1"),
            Command("running2"),
            new FinishRun(RunStatus.Failed, Attempt: 1)
        );

        Assert.Equal(RunStatus.Running, run.Status);
        Assert.Equal(
            RunStatus.Finished,
            Play(run, new FinishRun(RunStatus.Finished, Attempt: 2), Command("ended2:Failed")).Status
        );
    }

    [Fact]
    public void accepts_the_end_of_a_later_attempt_before_its_start_is_known()
    {
        var run = Play(
            _submitted,
            Command("running1"),
            new FinishRun(RunStatus.Failed, Attempt: 1),
            new FinishRun(RunStatus.Finished, Attempt: 2),
            new StartJobAttempt(_job, 2, _start.AddHours(2))
        );

        Assert.Equal(RunStatus.Finished, run.Status);
    }

    [Fact]
    public void ignores_repeated_messages_once_settled()
    {
        var run = Play(_submitted, Command("running1"), new FinishRun(RunStatus.Finished), Command("ended1:Finished"));

        Assert.All(
            new[] { _submitted, Command("running1"), Command("ended1:Finished") },
            message => Assert.IsType<Decision<RunEvent>.NothingToDo>(Run.Decide(run, message, _start))
        );
    }

    [Fact]
    public void stays_purged_when_the_end_of_its_job_is_late()
    {
        var run = Play(
            _submitted,
            Command("running1"),
            new FinishRun(RunStatus.Finished, Attempt: 1),
            new DeleteRun(Reason: null),
            new PurgeRun(),
            Command("ended1:Finished")
        );

        Assert.Equal(RunStatus.None, run.Status);
        // A later attempt is another matter.
        Assert.Equal(RunStatus.Failed, Play(run, Command("ended2:Failed")).Status);
    }

    private static RunCommand Command(string word)
    {
        if (word is "submitted")
        {
            return _submitted;
        }

        var parts = word.Split(':');
        var attempt = parts[0][^1] - '0';
        return parts.Length == 1
            ? new StartJobAttempt(_job, attempt, _start.AddMinutes(attempt * 10))
            : new EndJob(_job, attempt, Enum.Parse<RunStatus>(parts[1]), _start.AddMinutes((attempt * 10) + 5));
    }

    private static Run Play(params RunCommand[] commands) => Play(Run.Initial, commands);

    private static Run Play(Run run, params RunCommand[] commands) =>
        commands.Aggregate(
            run,
            (state, command) =>
                Run.Decide(state, command, _start.AddHours(1)) is Decision<RunEvent>.Accepted { Events: var events }
                    ? events.Aggregate(state, Run.Evolve)
                    : state
        );

    private static IEnumerable<RunCommand[]> Permutations(RunCommand[] messages) =>
        messages.Length <= 1
            ? [messages]
            : messages.SelectMany(
                (message, i) =>
                    Permutations([.. messages[..i], .. messages[(i + 1)..]])
                        .Select(rest => (RunCommand[])[message, .. rest])
            );
}
