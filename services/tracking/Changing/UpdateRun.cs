using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Platform.Contracts.Sentences;
using Platform.ServiceDefaults;
using Platform.Tracking.Browsing;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Changing;

/// <summary>
/// The changes; other values stay. A null inside <c>parameters</c>, <c>tags</c> or <c>summary</c> removes that key.
/// </summary>
internal sealed record UpdateRunRequest
{
    public string? Name { get; init; }
    public IReadOnlyDictionary<string, RunValue>? Parameters { get; init; }
    public IReadOnlyDictionary<string, string?>? Tags { get; init; }
    public IReadOnlyDictionary<string, RunValue>? Summary { get; init; }
    public PrimaryMetricRequest? PrimaryMetric { get; init; }

    /// <summary>Another name for the run; empty text removes it, as in <c>group</c> and <c>notes</c>.</summary>
    public string? Alias { get; init; }

    /// <summary>Runs that belong together have the same.</summary>
    public string? Group { get; init; }

    /// <summary>Markdown.</summary>
    public string? Notes { get; init; }

    /// <summary>What the SDK found out about Python, packages, host and code: an object, which replaces the one before.</summary>
    public RunValue? Environment { get; init; }

    /// <summary>What an SDK could not store as it was logged.</summary>
    public LossesRequest? Losses { get; init; }

    /// <summary>
    /// The attempt of the run's job that reports (<c>PLATFORM_ATTEMPT</c>): a late report of an earlier attempt
    /// overwrites nothing.
    /// </summary>
    public int? Attempt { get; init; }
}

/// <summary>All that a process of the training has lost so far; it replaces what the same process reported before.</summary>
internal sealed record LossesRequest
{
    /// <summary>Tells the processes of a run apart: an id that the process made.</summary>
    public required string Reporter { get; init; }

    /// <summary>How many values are not stored.</summary>
    public long Refused { get; init; }

    /// <summary>How many were changed so that they can be stored, such as texts that were too long.</summary>
    public long Cut { get; init; }

    /// <summary>What the SDK said about the first of them.</summary>
    public IReadOnlyList<string> Notices { get; init; } = [];

    public LossReport ToReport() => new(Reporter, new RunLosses(Refused, Cut, Notices));
}

/// <summary>The metric by which the run is judged.</summary>
internal sealed record PrimaryMetricRequest
{
    public required string Name { get; init; }

    /// <summary><c>max</c> or <c>min</c>.</summary>
    public string Mode { get; init; } = "max";
}

/// <summary>Merges changes into a run; the last writer of a key wins.</summary>
internal static class UpdateRunEndpoint
{
    public static void MapUpdateRun(this IEndpointRouteBuilder runs) =>
        runs.MapPatch("/{id}", HandleAsync)
            .RequireAuthorization(Policies.TrackRun)
            .WithName("UpdateRun")
            .WithSummary("Change a run's name, parameters, tags, summary, notes, or what else describes it")
            .WithMetadata(new RequestSizeLimitAttribute(RunRules.MaxBodyBytes));

    private static async Task<Results<Ok<RunView>, ProblemHttpResult>> HandleAsync(
        string id,
        UpdateRunRequest request,
        RunChanges changes,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        if (!RunRules.TryNormalizeId(id, out var runId))
        {
            return ProblemResults.NotFound(RunSentences.NotFound.With(id));
        }

        if (!context.Request.TryGetIfMatch(out var ifVersion))
        {
            return ProblemResults.UnknownVersion();
        }

        if (Check(request) is var (field, message))
        {
            return ProblemResults.Invalid(field, message);
        }

        PrimaryMetric? primary = null;
        if (request.PrimaryMetric is { } wanted)
        {
            if (!RunRules.IsKey(wanted.Name))
            {
                return ProblemResults.Invalid("primaryMetric.name", RunSentences.Key);
            }

            if (!RunNames.TryParseMode(wanted.Mode, out var mode))
            {
                return ProblemResults.Invalid("primaryMetric.mode", RunSentences.Mode);
            }

            primary = new PrimaryMetric(wanted.Name, mode);
        }

        var command = new UpdateRun(
            request.Name,
            request.Parameters,
            request.Tags,
            request.Summary,
            primary,
            context.JobAttempt(),
            request.Attempt
        )
        {
            Alias = request.Alias,
            Group = request.Group,
            Notes = request.Notes,
            Environment = request.Environment,
            Losses = request.Losses?.ToReport(),
        };
        return await changes.HandleAsync(runId, command, ifVersion, context, cancellationToken);
    }

    private static (string Field, Sentence Error)? Check(UpdateRunRequest request)
    {
        if (request.Name is not null && !RunRules.IsName(request.Name))
        {
            return ("name", RunSentences.Name);
        }

        if (request.Attempt < 1)
        {
            return ("attempt", TextSentences.Attempt);
        }

        if (request.Alias is not (null or "") && !RunRules.IsName(request.Alias))
        {
            return ("alias", RunSentences.Name);
        }

        if (request.Group is not (null or "") && !RunRules.IsName(request.Group))
        {
            return ("group", RunSentences.Name);
        }

        if (request.Notes is not null && !RunRules.IsLongText(request.Notes, RunRules.MaxNotes))
        {
            return ("notes", RunSentences.Tag.With(RunRules.MaxNotes));
        }

        if (request.Environment is { } environment && !RunRules.IsEnvironment(environment))
        {
            return ("environment", RunSentences.Environment.With(RunRules.MaxEnvironmentBytes));
        }

        if (request.Losses is { } losses)
        {
            if (!RunRules.IsName(losses.Reporter))
            {
                return ("losses.reporter", RunSentences.Name);
            }

            if (losses.ToReport().Losses.Problem() is { } problem)
            {
                return ("losses", problem);
            }
        }

        return RunRules.CheckValues("parameters", request.Parameters)
            ?? RunRules.CheckValues("summary", request.Summary)
            ?? RunRules.CheckTags(request.Tags);
    }
}
