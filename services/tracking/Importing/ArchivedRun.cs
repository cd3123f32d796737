using Platform.Contracts.Sentences;
using Platform.ServiceDefaults;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Importing;

/// <summary><c>run.json</c> of an archive: what is taken of what <c>GET /api/runs/{id}</c> answered.</summary>
internal sealed record ArchivedRun
{
    public required string Id { get; init; }
    public string? Project { get; init; }
    public string? Name { get; init; }
    public required RunStatus Status { get; init; }
    public Guid? JobId { get; init; }
    public string? ParentId { get; init; }
    public string? Alias { get; init; }
    public string? Group { get; init; }
    public string? Notes { get; init; }
    public string? EndReason { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }
    public DateTimeOffset? UpdatedAt { get; init; }
    public IReadOnlyDictionary<string, RunValue>? Parameters { get; init; }
    public IReadOnlyDictionary<string, string?>? Tags { get; init; }
    public IReadOnlyDictionary<string, RunValue>? Summary { get; init; }
    public ArchivedMetric? PrimaryMetric { get; init; }
    public RunValue? Environment { get; init; }
    public RunLosses? Losses { get; init; }

    /// <summary>The first error, or null: what a client may not send, an archive may not have.</summary>
    /// <param name="folder">The name of its folder, which is its id.</param>
    public (string Field, Sentence Error)? Check(string folder)
    {
        if (!string.Equals(Id, folder, StringComparison.Ordinal))
        {
            return ("id", RunSentences.OtherId);
        }

        if (RunRules.IsReservedId(Id))
        {
            return ("id", RunSentences.ReservedId);
        }

        if (ClientText.ProblemWithProject(Project) is { } problem)
        {
            return ("project", problem);
        }

        if (Status is RunStatus.None || !Enum.IsDefined(Status))
        {
            return ("status", RunSentences.InvalidStatus);
        }

        if (ParentId is not null && (!RunRules.TryNormalizeId(ParentId, out var parent) || parent != ParentId))
        {
            return ("parentId", RunSentences.Id);
        }

        if (string.Equals(ParentId, Id, StringComparison.Ordinal))
        {
            return ("parentId", RunSentences.OwnParent);
        }

        if (Losses?.Problem() is { } wrong)
        {
            return ("losses", wrong);
        }

        return CheckTexts()
            ?? RunRules.CheckValues("parameters", Parameters)
            ?? RunRules.CheckValues("summary", Summary)
            ?? RunRules.CheckTags(Tags);
    }

    public ImportRun ToCommand(string source) =>
        new(source, Project!, Status, CreatedAt)
        {
            Name = Name,
            JobId = JobId,
            ParentId = ParentId,
            StartedAt = StartedAt,
            EndedAt = EndedAt,
            UpdatedAt = UpdatedAt,
            EndReason = EndReason,
            Content = new UpdateRun(
                Parameters: Parameters,
                Tags: Tags,
                Summary: Summary,
                PrimaryMetric: PrimaryMetric is { } metric ? new PrimaryMetric(metric.Name, metric.Mode) : null
            )
            {
                Alias = Alias ?? "",
                Group = Group ?? "",
                Notes = Notes ?? "",
                Environment = Environment,
                Losses = Losses is { } losses ? new LossReport("import", losses) : null,
            },
        };

    private (string Field, Sentence Error)? CheckTexts()
    {
        foreach (var (field, text) in new[] { ("name", Name), ("endReason", EndReason) })
        {
            if (text is not null && !RunRules.IsName(text))
            {
                return (field, RunSentences.Name);
            }
        }

        foreach (var (field, text) in new[] { ("alias", Alias), ("group", Group) })
        {
            if (text is not (null or "") && !RunRules.IsName(text))
            {
                return (field, RunSentences.Name);
            }
        }

        if (Notes is not null && !RunRules.IsLongText(Notes, RunRules.MaxNotes))
        {
            return ("notes", RunSentences.Tag.With(RunRules.MaxNotes));
        }

        if (PrimaryMetric is { } metric && (!RunRules.IsKey(metric.Name) || !Enum.IsDefined(metric.Mode)))
        {
            return ("primaryMetric", RunSentences.Key);
        }

        return Environment is { } environment && !RunRules.IsEnvironment(environment)
            ? ("environment", RunSentences.Environment.With(RunRules.MaxEnvironmentBytes))
            : null;
    }
}

/// <summary>The primary metric of an archived run.</summary>
internal sealed record ArchivedMetric(string Name, MetricMode Mode);
