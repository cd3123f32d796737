using Platform.EventStore;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Tests.Runs;

public sealed class Deciding_about_a_run
{
    private static readonly DateTimeOffset _now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly Guid _job = Guid.Parse("0198f000-0000-7000-8000-000000000001");

    private static Specification<Run, RunEvent> Run => new(Tracking.Runs.Run.Decider);

    [Fact]
    public void a_client_creates_a_running_run() =>
        Run.When(Do(new CreateRun("cv/yolo", "first", JobId: null, Starts: true)))
            .Then(
                new RunCreated
                {
                    Project = "cv/yolo",
                    Name = "first",
                    At = _now,
                },
                new RunStarted { At = _now }
            );

    [Fact]
    public void parameters_and_tags_come_with_the_creation() =>
        Run.When(Do(new CreateRun("p", null, null, Starts: true, Values(("lr", 0.1)), Tags(("team", "vision")))))
            .Then(
                new RunCreated { Project = "p", At = _now },
                new RunStarted { At = _now },
                new RunUpdated
                {
                    Parameters = Values(("lr", 0.1)),
                    Tags = Tags(("team", "vision")),
                    At = _now,
                }
            );

    [Fact]
    public void a_repeated_creation_changes_nothing() =>
        Run.Given(Created(), Started())
            .When(Do(new CreateRun("other", "other", JobId: null, Starts: true)))
            .ThenNothing();

    [Fact]
    public void a_repeated_creation_adds_missing_values_and_keeps_the_rest() =>
        Run.Given(Created(), Started(), Updated(parameters: Values(("lr", 0.1))))
            .When(Do(new CreateRun("other", null, _job, Starts: true, Values(("lr", 0.9), ("epochs", 5)))))
            .Then(new RunIdentified { JobId = _job, At = _now }, Updated(parameters: Values(("epochs", 5))));

    [Fact]
    public void a_training_that_uses_the_id_of_a_deleted_run_again_takes_it_out_of_the_recycle_bin() =>
        Run.Given(Created(), Started(), Ended(RunStatus.Finished), Deleted())
            .When(Do(new CreateRun("p", null, JobId: null, Starts: true, Values(("lr", 0.1)))))
            .Then(new RunRestored { At = _now }, Updated(parameters: Values(("lr", 0.1))));

    [Fact]
    public void a_late_message_that_its_job_was_submitted_leaves_a_run_in_the_recycle_bin() =>
        Run.Given(Created(_job), Started(), Ended(RunStatus.Finished), Deleted())
            .When(Do(new CreateRun("p", null, _job, Starts: false)))
            .ThenNothing();

    [Fact]
    public void a_submitted_job_has_a_run_that_is_scheduled()
    {
        var decision = Tracking.Runs.Run.Decide(
            Tracking.Runs.Run.Initial,
            new CreateRun("p", "digits", _job, Starts: false),
            _now
        );

        var created = Assert.IsType<RunCreated>(
            Assert.Single(Assert.IsType<Decision<RunEvent>.Accepted>(decision).Events)
        );
        Assert.Equal(RunStatus.Scheduled, Tracking.Runs.Run.Evolve(Tracking.Runs.Run.Initial, created).Status);
    }

    [Fact]
    public void the_training_of_a_job_starts_the_scheduled_run_when_it_reports_first() =>
        Run.Given(Created(_job))
            .When(Do(new CreateRun("p", null, _job, Starts: true)))
            .Then(new RunStarted { At = _now });

    [Fact]
    public void only_real_changes_are_stored() =>
        Run.Given(Created(), Started(), Updated(Values(("a", 1), ("b", "x")), Tags(("t", "1")), Values(("loss", 0.5))))
            .When(
                Do(
                    new UpdateRun(
                        Parameters: Values(("a", 1), ("b", "y"), ("gone", null)),
                        Tags: Tags(("t", "1")),
                        Summary: Values(("loss", 0.5), ("accuracy", 0.9))
                    )
                )
            )
            .Then(Updated(parameters: Values(("b", "y")), summary: Values(("accuracy", 0.9))));

    [Fact]
    [Trait("check", "SDK-01")]
    public void a_late_report_of_an_earlier_attempt_only_adds_missing_values() =>
        Run.Given(
                Created(_job),
                Started() with
                {
                    Attempt = 2,
                },
                Updated(Values(("a", 1)), Tags(("t", "new")), Values(("accuracy", 0.9)))
            )
            .When(
                Do(
                    new UpdateRun(
                        Name: "renamed",
                        Parameters: Values(("a", 2), ("b", 2)),
                        Tags: Tags(("t", "old")),
                        Summary: Values(("accuracy", 0.1), ("loss", 3.0)),
                        PrimaryMetric: new PrimaryMetric("accuracy", MetricMode.Max),
                        ReportedBy: 1
                    )
                )
            )
            .Then(Updated(parameters: Values(("b", 2)), summary: Values(("loss", 3.0))));

    [Fact]
    public void a_number_is_the_same_however_it_is_written() =>
        Run.Given(Created(), Started(), Updated(parameters: Values(("n", 100))))
            .When(
                Do(
                    new UpdateRun(
                        Parameters: new Dictionary<string, RunValue>
                        {
                            ["n"] = new(System.Text.Json.JsonElement.Parse("1e2")),
                        }
                    )
                )
            )
            .ThenNothing();

    [Fact]
    public void null_removes_a_key()
    {
        var run = new RunEvent[]
        {
            Created(),
            Updated(Values(("a", 1), ("b", 2)), Tags(("t", "1")), Values(("s", 1))),
            Updated(Values(("a", null)), Tags(("t", null)), Values(("s", null))),
        }.Aggregate(Tracking.Runs.Run.Initial, Tracking.Runs.Run.Evolve);

        Assert.Equal(["b"], run.Parameters.Keys);
        Assert.Empty(run.Tags);
        Assert.Empty(run.Summary);
    }

    [Fact]
    public void the_primary_metric_is_set_once() =>
        Run.Given(Created(), PrimarySet(MetricMode.Max))
            .When(Do(new UpdateRun(PrimaryMetric: new PrimaryMetric("accuracy", MetricMode.Max))))
            .ThenNothing();

    [Fact]
    public void another_mode_of_the_primary_metric_is_a_change() =>
        Run.Given(Created(), PrimarySet(MetricMode.Max))
            .When(Do(new UpdateRun(PrimaryMetric: new PrimaryMetric("accuracy", MetricMode.Min))))
            .Then(PrimarySet(MetricMode.Min));

    [Fact]
    public void more_values_than_a_run_may_have_are_refused() =>
        Run.Given(Created(), Started())
            .When(
                Do(
                    new UpdateRun(
                        Summary: Enumerable
                            .Range(0, Tracking.Runs.Run.MaxValues + 1)
                            .ToDictionary(i => $"key-{i}", i => RunValue.Of(i))
                    )
                )
            )
            .ThenRefused("run.too-many-values");

    [Fact]
    public void a_second_end_with_another_status_is_refused() =>
        Run.Given(Created(), Started(), Ended(RunStatus.Finished))
            .When(Do(new FinishRun(RunStatus.Failed)))
            .ThenRefused("run.already-ended");

    [Fact]
    public void another_process_than_rank_0_does_not_end_the_run_of_its_job()
    {
        var finish = new FinishRun(RunStatus.Finished, Attempt: 1, Rank: 1);

        Run.Given(Created()).When(Do(finish)).ThenNothing();
        Run.Given(Created(), new RunStarted { Attempt = 1, At = _now }).When(Do(finish)).ThenNothing();
        // A run that the process made for itself.
        Run.Given(Created(), new RunStarted { At = _now })
            .When(Do(finish with { Attempt = null }))
            .Then(Ended(RunStatus.Finished));
    }

    [Fact]
    public void a_run_does_not_end_as_running() =>
        Run.Given(Created(), Started()).When(Do(new FinishRun(RunStatus.Running))).ThenRefused("run.invalid-end");

    [Theory]
    [InlineData("None")]
    [InlineData("Scheduled")]
    [InlineData("Running")]
    [InlineData("Finished")]
    [InlineData("Failed")]
    [InlineData("Interrupted")]
    public void every_state_has_a_decision_for_every_command(string word)
    {
        var status = Enum.Parse<RunStatus>(word);
        const string Accept = "accept";
        const string Nothing = "nothing";
        const string Refuse = "refuse";
        var run = In(status);
        var ended = Tracking.Runs.Run.IsEnd(status);
        (RunCommand Command, string Answer)[] expected =
        [
            (
                new CreateRun("p", "n", JobId: null, Starts: true),
                status is RunStatus.None or RunStatus.Scheduled ? Accept : Nothing
            ),
            (new CreateRun("p", "n", JobId: null, Starts: false), status is RunStatus.None ? Accept : Nothing),
            (new UpdateRun(Name: "renamed"), status is RunStatus.None ? Refuse : Accept),
            (new UpdateRun(Name: "n"), status is RunStatus.None ? Refuse : Nothing),
            (new UpdateRun(), status is RunStatus.None ? Refuse : Nothing),
            (new FinishRun(RunStatus.Finished), FinishAnswer(RunStatus.Finished)),
            (new FinishRun(RunStatus.Failed), FinishAnswer(RunStatus.Failed)),
            (new FinishRun(RunStatus.Interrupted), FinishAnswer(RunStatus.Interrupted)),
            (new FinishRun(RunStatus.Scheduled), Refuse),
            (new StartJobAttempt(_job, 1, _now), ended ? Nothing : Accept),
            (new StartJobAttempt(_job, 2, _now.AddMinutes(1)), Accept),
            (new EndJob(_job, 1, RunStatus.Finished, _now), Accept),
            (
                new LoseRun(),
                status is RunStatus.None ? Refuse
                : status is RunStatus.Running ? Accept
                : Nothing
            ),
            (new FindRun(), status is RunStatus.None ? Refuse : Nothing),
            (
                new ImportRun("source", "p", RunStatus.Running, _now) { Content = new UpdateRun() },
                status is RunStatus.None ? Accept : Nothing
            ),
            (new EndImport("source", RunStatus.Finished, _now), Nothing),
        ];

        Assert.All(
            expected,
            entry =>
            {
                var decision = Tracking.Runs.Run.Decide(run, entry.Command, _now);
                var answer = decision switch
                {
                    Decision<RunEvent>.Accepted => Accept,
                    Decision<RunEvent>.NothingToDo => Nothing,
                    _ => Refuse,
                };
                Assert.True(answer == entry.Answer, $"{status} answers {answer} to {entry.Command}");
                if (decision is Decision<RunEvent>.Accepted { Events: var events })
                {
                    Assert.NotEqual(RunStatus.None, events.Aggregate(run, Tracking.Runs.Run.Evolve).Status);
                }
            }
        );

        string FinishAnswer(RunStatus end) =>
            status is RunStatus.Scheduled or RunStatus.Running ? Accept
            : status == end ? Nothing
            : Refuse;
    }

    private static Run In(RunStatus status)
    {
        var events = new List<RunEvent>();
        if (status is not RunStatus.None)
        {
            events.Add(Created());
        }

        if (status is not (RunStatus.None or RunStatus.Scheduled))
        {
            events.Add(Started());
        }

        if (Tracking.Runs.Run.IsEnd(status))
        {
            events.Add(Ended(status));
        }

        return events.Aggregate(Tracking.Runs.Run.Initial, Tracking.Runs.Run.Evolve);
    }

    private static Func<Run, Decision<RunEvent>> Do(RunCommand command) =>
        run => Tracking.Runs.Run.Decide(run, command, _now);

    private static RunCreated Created(Guid? job = null) =>
        new()
        {
            Project = "p",
            Name = "n",
            JobId = job,
            At = _now,
        };

    private static RunStarted Started() => new() { At = _now };

    private static RunEnded Ended(RunStatus status) => new() { Status = status, At = _now };

    private static RunDeleted Deleted() => new() { FormerStatus = RunStatus.Finished, At = _now };

    private static PrimaryMetricSet PrimarySet(MetricMode mode) =>
        new()
        {
            Name = "accuracy",
            Mode = mode,
            At = _now,
        };

    private static RunUpdated Updated(
        IReadOnlyDictionary<string, RunValue>? parameters = null,
        IReadOnlyDictionary<string, string?>? tags = null,
        IReadOnlyDictionary<string, RunValue>? summary = null
    ) =>
        new()
        {
            Parameters = parameters,
            Tags = tags,
            Summary = summary,
            At = _now,
        };

    private static Dictionary<string, RunValue> Values(params (string Key, object? Value)[] values) =>
        values.ToDictionary(value => value.Key, value => RunValue.Of(value.Value));

    private static Dictionary<string, string?> Tags(params (string Key, string? Value)[] tags) =>
        tags.ToDictionary(tag => tag.Key, tag => tag.Value);
}
