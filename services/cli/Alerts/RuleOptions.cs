using System.CommandLine;

namespace Platform.Cli.Alerts;

/// <summary>What a new rule says. Which condition takes what, the platform knows, and says where it is wrong.</summary>
internal sealed class RuleOptions
{
    private static readonly string[] _watches = ["metric", "job", "node"];
    private static readonly string[] _goals = ["min", "max"];

    private readonly Argument<string> _name = new("name") { Description = "What the rule is called." };
    private readonly Option<string?> _project = new("--project")
    {
        Description = "The project whose runs or jobs it watches, with those below it.",
    };
    private readonly Option<string> _watch = new("--watch")
    {
        Description = "What it watches: metric, job or node.",
        DefaultValueFactory = _ => "metric",
    };
    private readonly Option<string> _condition = new("--condition")
    {
        Description =
            "Of metrics: greater, less, nan, infinity, no-progress, z-score. Of jobs: failed, waiting, running, lost. Of nodes: lost.",
        Required = true,
    };
    private readonly Option<string?> _metric = new("--metric")
    {
        Description = "A metric's key, or a pattern with * and ?.",
    };
    private readonly Option<double?> _threshold = Numbers.Option(
        "--threshold",
        "What a value is compared with; of z-score how many standard deviations."
    );
    private readonly Option<int?> _consecutive = new("--consecutive")
    {
        Description = "How many points in succession have to fulfil the condition.",
    };
    private readonly Option<int?> _window = new("--window")
    {
        Description = "Of z-score: how many points before are looked at.",
    };
    private readonly Option<string?> _goal = new("--goal")
    {
        Description = "Of no-progress: min when lower is better, max when higher is.",
    };
    private readonly Option<double?> _minDelta = Numbers.Option(
        "--min-delta",
        "Of no-progress: by how much a value has to be better."
    );
    private readonly Option<int?> _points = new("--points")
    {
        Description = "Of no-progress: how many points may bring none.",
    };
    private readonly Option<int?> _seconds = new("--seconds")
    {
        Description = "Of no-progress, waiting and running: for how long it may last.",
    };
    private readonly Option<string?> _filter = new("--filter")
    {
        Description = "Only runs that this finds, as in 'runs search'.",
    };

    public RuleOptions()
    {
        _watch.AcceptOnlyFromAmong(_watches);
        _goal.AcceptOnlyFromAmong(_goals);
        foreach (var option in new[] { _project, _metric, _filter })
        {
            option.RefuseEmpty();
        }
    }

    /// <summary>Who is told.</summary>
    public Option<string[]?> To { get; } =
        new("--to") { Description = "Who is told: a destination's id or name; several times for several." };

    public void AddTo(Command command)
    {
        command.Add(_name);
        foreach (
            var option in new Option[]
            {
                _project,
                _watch,
                _condition,
                _metric,
                _threshold,
                _consecutive,
                _window,
                _goal,
                _minDelta,
                _points,
                _seconds,
                _filter,
                To,
            }
        )
        {
            command.Add(option);
        }
    }

    /// <summary>The request.</summary>
    public object Body(CommandContext context, IReadOnlyList<Guid> destinations) =>
        new
        {
            name = context.Value(_name),
            project = context.Value(_project),
            watch = context.Value(_watch),
            condition = context.Value(_condition),
            metric = context.Value(_metric),
            threshold = context.Value(_threshold),
            consecutive = context.Value(_consecutive),
            window = context.Value(_window),
            goal = context.Value(_goal),
            minDelta = context.Value(_minDelta),
            points = context.Value(_points),
            seconds = context.Value(_seconds),
            filter = context.Value(_filter),
            destinations,
        };
}
