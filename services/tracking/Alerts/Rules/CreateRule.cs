using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Platform.ServiceDefaults;

namespace Platform.Tracking.Alerts.Rules;

/// <summary>A rule as it is sent; which fields a condition takes is in <c>docs/alerts.md</c>.</summary>
internal sealed record RuleRequest
{
    public required string Name { get; init; }

    /// <summary>The project whose runs or jobs it watches, with those below it; left out in rules about nodes.</summary>
    public string? Project { get; init; }

    /// <summary><c>metric</c>, <c>job</c> or <c>node</c>.</summary>
    public required string Watch { get; init; }

    /// <summary>
    /// Of metrics <c>greater</c>, <c>less</c>, <c>nan</c>, <c>infinity</c>, <c>no-progress</c> or <c>z-score</c>; of jobs <c>failed</c>,
    /// <c>waiting</c>, <c>running</c> or <c>lost</c>; of nodes <c>lost</c>.
    /// </summary>
    public required string Condition { get; init; }

    /// <summary>A metric's key, or a pattern with <c>*</c> and <c>?</c>.</summary>
    public string? Metric { get; init; }

    /// <summary>What a value is compared with; of <c>z-score</c> how many standard deviations.</summary>
    public double? Threshold { get; init; }

    /// <summary>How many points in succession have to fulfil the condition; 1 when left out.</summary>
    public int? Consecutive { get; init; }

    /// <summary>Of <c>z-score</c>: how many points before the one in question are looked at; 30 when left out.</summary>
    public int? Window { get; init; }

    /// <summary>Of <c>no-progress</c>: <c>min</c> when lower is better, <c>max</c> when higher is.</summary>
    public string? Goal { get; init; }

    /// <summary>Of <c>no-progress</c>: by how much a value has to be better; 0 when left out.</summary>
    public double? MinDelta { get; init; }

    /// <summary>Of <c>no-progress</c>: how many points may bring none.</summary>
    public int? Points { get; init; }

    /// <summary>Of <c>no-progress</c>, <c>waiting</c> and <c>running</c>: for how long it may last.</summary>
    public int? Seconds { get; init; }

    /// <summary>Which runs, as in <c>GET /api/runs?filter=</c>; all of the project when left out.</summary>
    public string? Filter { get; init; }

    /// <summary>Who is told: ids of destinations.</summary>
    public IReadOnlyList<Guid>? Destinations { get; init; }

    public RuleSpec ToSpec() =>
        new()
        {
            Name = Name,
            Project = Project,
            Watch = Watch,
            Condition = Condition,
            Metric = Metric,
            Threshold = Threshold,
            Consecutive = Consecutive,
            Window = Window,
            Goal = Goal,
            MinDelta = MinDelta,
            Points = Points,
            Seconds = Seconds,
            Filter = string.IsNullOrWhiteSpace(Filter) ? null : Filter,
            Destinations = Destinations ?? [],
        };
}

/// <summary>Makes rules.</summary>
internal static class CreateRuleEndpoint
{
    /// <summary>The largest body of a rule: a filter is the longest part.</summary>
    public const int MaxBodyBytes = 64 * 1024;

    public static void MapCreateRule(this IEndpointRouteBuilder rules) =>
        rules
            .MapPost("/", HandleAsync)
            .RequireAuthorization(Policies.Edit)
            .WithName("CreateAlertRule")
            .WithSummary("Make a rule, which looks at what comes from now on; rules about nodes need an administrator")
            .WithMetadata(new RequestSizeLimitAttribute(MaxBodyBytes));

    private static async Task<Results<Created<RuleView>, ProblemHttpResult>> HandleAsync(
        RuleRequest request,
        RuleChanges changes,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        var (spec, problem) = RuleChanges.Check(request.ToSpec(), context);
        if (problem is not null)
        {
            return problem;
        }

        var (rule, refused) = await changes.CreateAsync(spec, context, cancellationToken);
        return refused is null ? TypedResults.Created($"/api/alerts/rules/{rule!.Id}", rule) : refused;
    }
}
