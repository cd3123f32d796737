using System.Text.Json.Serialization;

namespace Platform.Tracking.Alerts.Rules;

/// <summary>What a rule watches, when it fires, and who is told.</summary>
internal sealed record RuleSpec
{
    public required string Name { get; init; }

    /// <summary>The project whose runs or jobs it watches, with those below it; null for rules about nodes.</summary>
    public string? Project { get; init; }

    /// <summary>One of <see cref="RuleWords.Watches"/>.</summary>
    public required string Watch { get; init; }

    /// <summary>One of <see cref="RuleWords.Conditions"/> of what it watches.</summary>
    public required string Condition { get; init; }

    /// <summary>A metric's key, or a pattern with <c>*</c> and <c>?</c>.</summary>
    public string? Metric { get; init; }

    /// <summary>What a value is compared with; of <c>z-score</c> how many standard deviations.</summary>
    public double? Threshold { get; init; }

    /// <summary>How many points in succession have to fulfil the condition.</summary>
    public int? Consecutive { get; init; }

    /// <summary>Of <c>z-score</c>: how many points before the one in question are looked at.</summary>
    public int? Window { get; init; }

    /// <summary>Of <c>no-progress</c>: <c>min</c> when lower is better, <c>max</c> when higher is.</summary>
    public string? Goal { get; init; }

    /// <summary>Of <c>no-progress</c>: by how much a value has to be better.</summary>
    public double? MinDelta { get; init; }

    /// <summary>Of <c>no-progress</c>: how many points may bring none.</summary>
    public int? Points { get; init; }

    /// <summary>Of <c>no-progress</c>, <c>waiting</c> and <c>running</c>: for how long it may last.</summary>
    public int? Seconds { get; init; }

    /// <summary>Which runs, in the language of <c>GET /api/runs?filter=</c>; null for all of the project.</summary>
    public string? Filter { get; init; }

    /// <summary>Who is told: ids of destinations.</summary>
    public IReadOnlyList<Guid> Destinations { get; init; } = [];

    [JsonIgnore]
    public bool IsOfNodes => Watch is RuleWords.Node;

    /// <summary>Whether both say the same.</summary>
    public bool Says(RuleSpec other) =>
        this with { Destinations = other.Destinations } == other && Destinations.SequenceEqual(other.Destinations);

    /// <summary>Whether both find the same: what was found before still counts.</summary>
    public bool FindsAs(RuleSpec other) => this with { Name = other.Name, Destinations = other.Destinations } == other;
}

/// <summary>The closed lists of words in a <see cref="RuleSpec"/>.</summary>
internal static class RuleWords
{
    public const string Metric = "metric";
    public const string Job = "job";
    public const string Node = "node";

    public const string Greater = "greater";
    public const string Less = "less";
    public const string NaN = "nan";
    public const string Infinity = "infinity";
    public const string NoProgress = "no-progress";
    public const string ZScore = "z-score";
    public const string Failed = "failed";
    public const string Waiting = "waiting";
    public const string Running = "running";
    public const string Lost = "lost";

    public const string Active = "active";
    public const string Paused = "paused";

    public static readonly string[] Watches = [Metric, Job, Node];
    public static readonly string[] States = [Active, Paused];
    private static readonly string[] _ofMetrics = [Greater, Less, NaN, Infinity, NoProgress, ZScore];
    private static readonly string[] _ofJobs = [Failed, Waiting, Running, Lost];
    private static readonly string[] _ofNodes = [Lost];

    /// <summary>The conditions of what is watched.</summary>
    public static IReadOnlyList<string> Conditions(string watch) =>
        watch switch
        {
            Metric => _ofMetrics,
            Job => _ofJobs,
            _ => _ofNodes,
        };
}
