using System.Collections.Immutable;
using System.Diagnostics;
using Platform.EventStore;

namespace Platform.Tracking.Mlflow.LoggedModels;

/// <summary>
/// MLflow's logged model: what a run, or nobody, saved at one moment, with parameters, tags and files of its own. It is no version of the
/// registry; one may be made of it.
/// </summary>
internal sealed record LoggedModel(
    LoggedModelStatus Status,
    bool IsDeleted,
    ImmutableDictionary<string, string> Params,
    ImmutableDictionary<string, string> Tags
)
{
    private static readonly ImmutableDictionary<string, string> _nothing = ImmutableDictionary.Create<string, string>(
        StringComparer.Ordinal
    );

    public static readonly LoggedModel Initial = new(LoggedModelStatus.None, IsDeleted: false, _nothing, _nothing);

    public static readonly Decider<LoggedModel, LoggedModelEvent> Decider = new("logged_model", Initial, Evolve);

    public const string NotFound = "logged-model.not-found";
    public const string ParamChanged = "logged-model.param-changed";
    public const string TooMany = "logged-model.too-many";

    /// <summary>The most parameters, and the most tags.</summary>
    public const int MaxValues = 5000;

    private static readonly Refusal _none = new(NotFound, "There is no such logged model.");

    public static Decision<LoggedModelEvent> Decide(
        LoggedModel model,
        LoggedModelCommand command,
        DateTimeOffset now
    ) =>
        (model.Status, command) switch
        {
            (LoggedModelStatus.None, CreateLoggedModel c) => Decision.Accept<LoggedModelEvent>(
                new LoggedModelCreated
                {
                    Experiment = c.Experiment,
                    Name = c.Name,
                    ModelType = c.ModelType,
                    RunId = c.RunId,
                    JobId = c.JobId,
                    Params = c.Params.Count > 0 ? c.Params : null,
                    Tags = c.Tags.Count > 0 ? c.Tags : null,
                    At = now,
                }
            ),
            (LoggedModelStatus.None, _) => new Decision<LoggedModelEvent>.Refused(_none),
            (_, CreateLoggedModel) => Decision.Nothing<LoggedModelEvent>(),
            (LoggedModelStatus.Purged, PurgeLoggedModel) => Decision.Nothing<LoggedModelEvent>(),
            (LoggedModelStatus.Purged, _) => new Decision<LoggedModelEvent>.Refused(_none),
            (_, PurgeLoggedModel) => Decision.Accept<LoggedModelEvent>(new LoggedModelPurged { At = now }),
            (_, DeleteLoggedModel) => If(!model.IsDeleted, new LoggedModelDeleted { At = now }),
            _ when model.IsDeleted => new Decision<LoggedModelEvent>.Refused(_none),
            (_, FinalizeLoggedModel c) => If(
                model.Status != c.Status,
                new LoggedModelFinalized { Status = c.Status, At = now }
            ),
            (_, LogLoggedModelParams c) => LogParams(model, c.Params, now),
            (_, SetLoggedModelTags c) => SetTags(model, c.Tags, now),
            _ => throw new UnreachableException($"No decision for {command.GetType().Name}."),
        };

    private static Decision<LoggedModelEvent> LogParams(
        LoggedModel model,
        IReadOnlyDictionary<string, string> wanted,
        DateTimeOffset now
    )
    {
        var changed = wanted
            .Where(param =>
                model.Params.TryGetValue(param.Key, out var known)
                && !string.Equals(known, param.Value, StringComparison.Ordinal)
            )
            .Select(param => param.Key)
            .FirstOrDefault();
        if (changed is not null)
        {
            return Decision.Refuse<LoggedModelEvent>(
                ParamChanged,
                $"Changing param values is not allowed. Param with key='{changed}' was already logged for this model."
            );
        }

        var added = wanted.Where(param => !model.Params.ContainsKey(param.Key)).ToImmutableDictionary();
        return IfFits(model, added.Count > 0, new LoggedModelParamsLogged { Params = added, At = now });
    }

    private static Decision<LoggedModelEvent> SetTags(
        LoggedModel model,
        IReadOnlyDictionary<string, string?> wanted,
        DateTimeOffset now
    )
    {
        var changes = wanted
            .Where(tag => !string.Equals(model.Tags.GetValueOrDefault(tag.Key), tag.Value, StringComparison.Ordinal))
            .ToImmutableDictionary();
        return IfFits(model, changes.Count > 0, new LoggedModelTagsSet { Tags = changes, At = now });
    }

    private static Decision<LoggedModelEvent> If(bool isChange, LoggedModelEvent change) =>
        isChange ? Decision.Accept(change) : Decision.Nothing<LoggedModelEvent>();

    /// <summary>The change, unless the model would have more than it may.</summary>
    private static Decision<LoggedModelEvent> IfFits(LoggedModel model, bool isChange, LoggedModelEvent change) =>
        isChange && Evolve(model, change) is var after && Math.Max(after.Params.Count, after.Tags.Count) > MaxValues
            ? Decision.Refuse<LoggedModelEvent>(
                TooMany,
                $"A logged model can have at most {MaxValues} parameters and {MaxValues} tags."
            )
            : If(isChange, change);

    private static LoggedModel Evolve(LoggedModel model, LoggedModelEvent @event) =>
        @event switch
        {
            LoggedModelCreated e => Initial with
            {
                Status = LoggedModelStatus.Pending,
                Params = _nothing.SetItems(e.Params ?? _nothing),
                Tags = _nothing.SetItems(e.Tags ?? _nothing),
            },
            LoggedModelFinalized e => model with { Status = e.Status },
            LoggedModelParamsLogged e => model with { Params = model.Params.SetItems(e.Params) },
            LoggedModelTagsSet e => model with
            {
                Tags = e.Tags.Aggregate(
                    model.Tags,
                    (tags, tag) => tag.Value is { } value ? tags.SetItem(tag.Key, value) : tags.Remove(tag.Key)
                ),
            },
            LoggedModelDeleted => model with { IsDeleted = true },
            LoggedModelPurged => Initial with { Status = LoggedModelStatus.Purged },
            _ => throw new UnreachableException($"No evolution for {@event.GetType().Name}."),
        };
}

internal abstract record LoggedModelCommand;

/// <param name="RunId">The run that logs it; null for none.</param>
/// <param name="JobId">The job whose process logs it; null for none.</param>
internal sealed record CreateLoggedModel(
    long Experiment,
    string Name,
    string? ModelType,
    string? RunId,
    Guid? JobId,
    IReadOnlyDictionary<string, string> Params,
    IReadOnlyDictionary<string, string> Tags
) : LoggedModelCommand;

/// <summary>Its files are there, or will not be.</summary>
internal sealed record FinalizeLoggedModel(LoggedModelStatus Status) : LoggedModelCommand;

/// <summary>Adds parameters, which are written once.</summary>
internal sealed record LogLoggedModelParams(IReadOnlyDictionary<string, string> Params) : LoggedModelCommand;

/// <param name="Tags">Null removes one.</param>
internal sealed record SetLoggedModelTags(IReadOnlyDictionary<string, string?> Tags) : LoggedModelCommand;

internal sealed record DeleteLoggedModel : LoggedModelCommand;

/// <summary>It, and what is stored of it, goes for good.</summary>
internal sealed record PurgeLoggedModel : LoggedModelCommand;
