using Platform.EventStore;
using Platform.Tracking.Alerts.Firing;
using Platform.Tracking.Alerts.Rules;
using Platform.Tracking.Alerts.Watching;

namespace Platform.Tracking.Tests.Alerts;

[Trait("row", "33")]
public sealed class Deciding_about_alerts
{
    private static readonly DateTimeOffset _now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private static readonly RuleSpec _spec = new()
    {
        Name = "broken",
        Project = "demo",
        Watch = RuleWords.Metric,
        Condition = RuleWords.NaN,
        Metric = "loss",
    };

    private static readonly AlertSubject _subject = new()
    {
        RuleId = Guid.Parse("0198f000-0000-7000-8000-000000000001"),
        Revision = 1,
        RuleName = "broken",
        Watch = RuleWords.Metric,
        Condition = RuleWords.NaN,
        Id = "run",
        Name = "run",
        Metric = "loss",
    };

    [Fact]
    public void fires_once_until_it_is_resolved_with_an_id_that_follows_from_what_it_is_about()
    {
        var fired = Assert.IsType<AlertFired>(Decide(AlertSeries.Initial, new FireAlert(_subject)));
        var firing = AlertSeries.Evolve(AlertSeries.Initial, fired);
        Assert.Null(Decide(firing, new FireAlert(_subject)));
        var resolved = Assert.IsType<AlertResolved>(Decide(firing, new ResolveAlert(AlertCauses.Condition)));
        Assert.Equal(fired.AlertId, resolved.AlertId);
        var quiet = AlertSeries.Evolve(firing, resolved);
        Assert.Null(Decide(quiet, new ResolveAlert(AlertCauses.Condition)));

        var again = Assert.IsType<AlertFired>(Decide(quiet, new FireAlert(_subject)));
        Assert.Equal(2, again.Number);
        Assert.True(fired.At < resolved.At && resolved.At < again.At);
        Assert.NotEqual(fired.AlertId, again.AlertId);
        Assert.Equal(fired.AlertId, ((AlertFired)Decide(AlertSeries.Initial, new FireAlert(_subject))!).AlertId);
        Assert.NotEqual(AlertSeries.IdOf(_subject), AlertSeries.IdOf(_subject with { Metric = "other" }));
        Assert.NotEqual(AlertSeries.IdOf(_subject), AlertSeries.IdOf(_subject with { Id = "other" }));
    }

    [Fact]
    public void replaces_what_an_earlier_revision_of_the_rule_found()
    {
        var first = Assert.IsType<AlertFired>(Decide(AlertSeries.Initial, new FireAlert(_subject)));
        var firing = AlertSeries.Evolve(AlertSeries.Initial, first);
        var changed = AlertSeries.Decide(firing, new FireAlert(_subject with { Revision = 2 }), _now);
        var events = Assert.IsType<Decision<AlertSeriesEvent>.Accepted>(changed).Events;
        var resolved = Assert.IsType<AlertResolved>(events[0]);
        Assert.Equal((first.AlertId, AlertCauses.RuleChanged), (resolved.AlertId, resolved.Cause));
        var second = Assert.IsType<AlertFired>(events[1]);
        Assert.Equal(2, second.Number);

        // Whoever found that the first one is over does not end the second one.
        var replaced = events.Aggregate(firing, AlertSeries.Evolve);
        Assert.Null(Decide(replaced, new ResolveAlert(AlertCauses.RuleChanged, AlertId: first.AlertId)));
        Assert.Null(Decide(replaced, new FireAlert(_subject)));
    }

    [Fact]
    public void begins_a_rule_again_only_when_it_finds_something_else()
    {
        var rule = AlertRule.Evolve(
            AlertRule.Initial,
            Assert.IsType<AlertRuleCreated>(Decide(AlertRule.Initial, new CreateAlertRule(_spec)))
        );
        Assert.Null(Decide(rule, new ChangeAlertRule(_spec with { Destinations = [] })));
        Assert.False(Change(rule, _spec with { Name = "other" }).BeginsAgain);
        Assert.False(Change(rule, _spec with { Destinations = [Guid.Empty] }).BeginsAgain);
        Assert.True(Change(rule, _spec with { Metric = "other" }).BeginsAgain);
        Assert.True(Change(rule, _spec with { Consecutive = 3 }).BeginsAgain);
    }

    [Fact]
    public void knows_every_command_in_every_state_of_a_rule()
    {
        var made = new AlertRule(_spec, IsPaused: false, IsDeleted: false);
        AlertRuleCommand[] commands =
        [
            new CreateAlertRule(_spec),
            new ChangeAlertRule(_spec with { Name = "b" }),
            new PauseAlertRule(),
            new ResumeAlertRule(),
            new DeleteAlertRule(),
        ];

        Assert.Equal("AlertRuleCreated - - - -", Told(AlertRule.Initial));
        Assert.Equal("nothing AlertRuleChanged AlertRulePaused nothing AlertRuleDeleted", Told(made));
        Assert.Equal(
            "nothing AlertRuleChanged nothing AlertRuleResumed AlertRuleDeleted",
            Told(made with { IsPaused = true })
        );
        Assert.Equal("- - - - nothing", Told(new AlertRule(null, IsPaused: false, IsDeleted: true)));

        string Told(AlertRule rule) =>
            string.Join(
                ' ',
                commands.Select(command =>
                    AlertRule.Decide(rule, command, _now) switch
                    {
                        Decision<AlertRuleEvent>.Accepted accepted => Assert.Single(accepted.Events).GetType().Name,
                        Decision<AlertRuleEvent>.NothingToDo => "nothing",
                        _ => "-",
                    }
                )
            );
    }

    [Theory]
    [InlineData("failed", 1, JobStage.Ended, "failed", null, true)]
    [InlineData("failed", 1, JobStage.Ended, "cancelled", null, false)]
    [InlineData("failed", 2, JobStage.Waiting, "waiting", null, false)]
    [InlineData("waiting", 1, JobStage.Waiting, "waiting", null, true)]
    [InlineData("waiting", 1, JobStage.Placed, "placed", null, false)]
    [InlineData("running", 1, JobStage.Running, "running", null, true)]
    [InlineData("running", 1, JobStage.Waiting, "waiting", null, false)]
    [InlineData("lost", 1, JobStage.Running, "running", 1, true)]
    [InlineData("lost", 1, JobStage.Ended, "failed", 1, true)]
    [InlineData("lost", 1, JobStage.Ended, "cancelled", 1, false)]
    [InlineData("lost", 2, JobStage.Waiting, "waiting", 1, true)]
    [InlineData("lost", 2, JobStage.Running, "running", 1, false)]
    [InlineData("lost", 2, JobStage.Ended, "failed", 1, false)]
    [InlineData("lost", 1, JobStage.Running, "running", null, false)]
    public void finds_what_a_rule_about_jobs_watches_for(
        string condition,
        int attempt,
        object stage,
        string status,
        int? lost,
        bool expected
    )
    {
        var rule = _spec with { Watch = RuleWords.Job, Condition = condition, Metric = null, Seconds = 60 };
        var job = new JobState(attempt, (JobStage)stage, status, _now, lost);

        Assert.Equal(expected, job.Fulfils(rule, _now.AddSeconds(60)));
        Assert.False(condition is "waiting" or "running" && job.Fulfils(rule, _now.AddSeconds(59)));
    }

    [Fact]
    public void knows_the_same_of_a_job_whatever_the_order_of_messages()
    {
        JobState[] messages =
        [
            new(1, JobStage.Waiting, "waiting", _now),
            new(1, JobStage.Running, "running", _now.AddMinutes(1)),
            new(1, JobStage.Waiting, "waiting", _now.AddMinutes(2), LostAttempt: 1),
            new(2, JobStage.Waiting, "waiting", _now.AddMinutes(3)),
            new(2, JobStage.Ended, "failed", _now.AddMinutes(4)),
        ];
        foreach (var order in Permutations([.. messages]))
        {
            var known = order.Concat(order).Aggregate((JobState?)null, JobState.Merge);
            Assert.Equal(messages[4] with { LostAttempt = 1 }, known);
        }
    }

    private static IEnumerable<List<T>> Permutations<T>(List<T> all) =>
        all.Count == 0
            ?
            [
                [],
            ]
            : all.SelectMany(
                (first, index) =>
                    Permutations([.. all.Take(index), .. all.Skip(index + 1)]).Select(rest => (List<T>)[first, .. rest])
            );

    private static AlertRuleChanged Change(AlertRule rule, RuleSpec spec) =>
        Assert.IsType<AlertRuleChanged>(Decide(rule, new ChangeAlertRule(spec)));

    private static AlertSeriesEvent? Decide(AlertSeries series, AlertSeriesCommand command) =>
        AlertSeries.Decide(series, command, _now) is Decision<AlertSeriesEvent>.Accepted accepted
            ? Assert.Single(accepted.Events)
            : null;

    private static AlertRuleEvent? Decide(AlertRule rule, AlertRuleCommand command) =>
        AlertRule.Decide(rule, command, _now) is Decision<AlertRuleEvent>.Accepted accepted
            ? Assert.Single(accepted.Events)
            : null;
}
