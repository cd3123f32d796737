using Platform.EventStore;
using Platform.Tracking.Mlflow.LoggedModels;

namespace Platform.Tracking.Tests.Mlflow;

public sealed class Deciding_about_a_logged_model
{
    private static readonly DateTimeOffset _now = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    private static readonly LoggedModelCommand[] _commands =
    [
        new CreateLoggedModel(7, "net", "agent", "run", JobId: null, Texts(("lr", "0.1")), Texts(("owner", "anna"))),
        new FinalizeLoggedModel(LoggedModelStatus.Ready),
        new FinalizeLoggedModel(LoggedModelStatus.Failed),
        new LogLoggedModelParams(Texts(("lr", "0.1"))),
        new LogLoggedModelParams(Texts(("lr", "0.2"))),
        new LogLoggedModelParams(Texts(("layers", "3"))),
        new SetLoggedModelTags(new Dictionary<string, string?> { ["owner"] = "anna" }),
        new SetLoggedModelTags(new Dictionary<string, string?> { ["owner"] = null, ["team"] = "vision" }),
        new DeleteLoggedModel(),
        new PurgeLoggedModel(),
    ];

    // none pending ready failed deleted purged: + events, - nothing, n not found, c a parameter would change
    [Theory]
    [InlineData(0, "+-----")]
    [InlineData(1, "n+-+nn")]
    [InlineData(2, "n++-nn")]
    [InlineData(3, "n---nn")]
    [InlineData(4, "ncccnn")]
    [InlineData(5, "n+++nn")]
    [InlineData(6, "n---nn")]
    [InlineData(7, "n+++nn")]
    [InlineData(8, "n+++-n")]
    [InlineData(9, "n++++-")]
    public void is_the_same_in_each_state(int command, string expected)
    {
        LoggedModelEvent[][] states =
        [
            [],
            [Created()],
            [Created(), new LoggedModelFinalized { Status = LoggedModelStatus.Ready, At = _now }],
            [Created(), new LoggedModelFinalized { Status = LoggedModelStatus.Failed, At = _now }],
            [Created(), new LoggedModelDeleted { At = _now }],
            [Created(), new LoggedModelPurged { At = _now }],
        ];

        var verdicts = states.Select(state =>
            LoggedModel.Decide(Of(state), _commands[command], _now) switch
            {
                Decision<LoggedModelEvent>.Accepted { Events.Count: > 0 } => '+',
                Decision<LoggedModelEvent>.Refused { Refusal.Code: LoggedModel.NotFound } => 'n',
                Decision<LoggedModelEvent>.Refused { Refusal.Code: LoggedModel.ParamChanged } => 'c',
                Decision<LoggedModelEvent>.Refused => '?',
                _ => '-',
            }
        );

        Assert.Equal(expected, string.Concat(verdicts));
    }

    [Fact]
    public void stores_only_what_changes()
    {
        var model = Of([Created()]);

        var tags = Assert.IsType<Decision<LoggedModelEvent>.Accepted>(
            LoggedModel.Decide(
                model,
                new SetLoggedModelTags(
                    new Dictionary<string, string?>
                    {
                        ["owner"] = "anna",
                        ["team"] = "vision",
                        ["none"] = null,
                    }
                ),
                _now
            )
        );

        var set = Assert.IsType<LoggedModelTagsSet>(Assert.Single(tags.Events));
        Assert.Equal([new KeyValuePair<string, string?>("team", "vision")], set.Tags);
    }

    [Fact]
    public void allows_no_more_values_than_a_request_can_read()
    {
        var model = Of([Created()]);
        var many = Enumerable.Range(0, LoggedModel.MaxValues).ToDictionary(i => $"key {i}", i => "");

        var refused = Assert.IsType<Decision<LoggedModelEvent>.Refused>(
            LoggedModel.Decide(model, new LogLoggedModelParams(many), _now)
        );

        Assert.Equal(LoggedModel.TooMany, refused.Refusal.Code);
        many.Remove("key 0");
        Assert.IsType<Decision<LoggedModelEvent>.Accepted>(
            LoggedModel.Decide(model, new LogLoggedModelParams(many), _now)
        );
    }

    private static LoggedModel Of(IEnumerable<LoggedModelEvent> events) =>
        events.Aggregate(LoggedModel.Initial, LoggedModel.Decider.Evolve);

    private static LoggedModelCreated Created() =>
        new()
        {
            Experiment = 7,
            Name = "net",
            Params = Texts(("lr", "0.1")),
            Tags = Texts(("owner", "anna")),
            At = _now,
        };

    private static Dictionary<string, string> Texts(params (string Key, string Value)[] pairs) =>
        pairs.ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal);
}
