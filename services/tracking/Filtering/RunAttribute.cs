using Platform.Mlflow.Filtering;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Filtering;

internal enum RunAttributeKind
{
    Text,
    Time,

    /// <summary>In seconds.</summary>
    Duration,
}

/// <summary>A property of every run, by the names of this API and of MLflow.</summary>
/// <param name="Sql">An expression over <c>run r</c>.</param>
/// <param name="Indexed">The same as an index has it; null when none has.</param>
/// <param name="Order">By what an index has the runs that have it, followed by their ids, over <c>run r</c>; null when none has.</param>
internal sealed record RunAttribute(string Sql, RunAttributeKind Kind, string? Indexed = null, string? Order = null)
{
    /// <summary>The tag that has it; null when it is the run's own.</summary>
    public string? Tag { get; private init; }

    private static readonly RunAttribute _status = new("r.status", RunAttributeKind.Text, "r.status", "r.status");
    private static readonly RunAttribute _created = new(
        "r.created_at",
        RunAttributeKind.Time,
        "r.created_at",
        "r.created_at"
    );
    private static readonly RunAttribute _started = new(
        "r.started_at",
        RunAttributeKind.Time,
        "r.started_at",
        "r.started_at"
    );
    private static readonly RunAttribute _ended = new("r.ended_at", RunAttributeKind.Time, "r.ended_at", "r.ended_at");
    private static readonly RunAttribute _updated = new(
        "r.updated_at",
        RunAttributeKind.Time,
        "r.updated_at",
        "r.updated_at"
    );
    private static readonly RunAttribute _id = new("r.id", RunAttributeKind.Text, "r.id", "r.id");
    private static readonly RunAttribute _name = new("r.name", RunAttributeKind.Text, "r.name", "r.name");
    private static readonly RunAttribute _group = new(
        "nullif(r.group_name, '')",
        RunAttributeKind.Text,
        "nullif(r.group_name, '')",
        "nullif(r.group_name, '')"
    );
    private static readonly RunAttribute _parent = new("r.parent_id", RunAttributeKind.Text, "r.parent_id");
    private static readonly RunAttribute _job = new("r.job_id::text", RunAttributeKind.Text, "r.job_id::text");

    private static readonly Dictionary<string, RunAttribute> _byName = new(StringComparer.OrdinalIgnoreCase)
    {
        ["id"] = _id,
        ["run_id"] = _id,
        ["name"] = _name,
        ["run_name"] = _name,
        ["run name"] = _name,
        ["alias"] = new("nullif(r.alias, '')", RunAttributeKind.Text, "nullif(r.alias, '')", "nullif(r.alias, '')"),
        ["project"] = new("r.project", RunAttributeKind.Text, "r.project collate \"C\"", "coalesce(r.project, '')"),
        ["status"] = _status,
        ["group"] = _group,
        ["parent"] = _parent,
        ["parentId"] = _parent,
        ["job"] = _job,
        ["jobId"] = _job,
        ["notes"] = new("nullif(r.notes, '')", RunAttributeKind.Text),
        ["user_id"] = new("r.tags ->> 'mlflow.user'", RunAttributeKind.Text) { Tag = "mlflow.user" },
        ["created"] = _created,
        ["createdAt"] = _created,
        ["started"] = _started,
        ["startedAt"] = _started,
        ["start_time"] = _started,
        ["ended"] = _ended,
        ["endedAt"] = _ended,
        ["end_time"] = _ended,
        ["updated"] = _updated,
        ["updatedAt"] = _updated,
        ["duration"] = new(
            "case when isfinite(r.started_at) and isfinite(coalesce(r.ended_at, now())) then extract(epoch from coalesce(r.ended_at, now()) - r.started_at)::float8 end",
            RunAttributeKind.Duration
        ),
    };

    /// <summary>Words for the statuses that jobs and MLflow have.</summary>
    private static readonly Dictionary<string, string> _statuses = new(StringComparer.OrdinalIgnoreCase)
    {
        ["scheduled"] = "scheduled",
        ["running"] = "running",
        ["finished"] = "finished",
        ["succeeded"] = "finished",
        ["failed"] = "failed",
        ["interrupted"] = "interrupted",
        ["killed"] = "interrupted",
        ["cancelled"] = "interrupted",
    };

    /// <summary>
    /// A value that a run never has, where it is compared for equality with one of a closed set of words; null when there is none.
    /// </summary>
    public string? UnknownWord(FilterNode.Comparison comparison) =>
        this == _status && comparison.Operator is FilterOperator.Equal or FilterOperator.NotEqual or FilterOperator.In
            ? comparison.Values.Select(value => value.Text).FirstOrDefault(text => !_statuses.ContainsKey(text))
            : null;

    /// <summary>The names that a message lists.</summary>
    public static string Names { get; } =
        "id, name, alias, project, status, group, parent, job, notes, created, started, ended, updated and duration";

    public static RunAttribute? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>The comparison with the values that the table has.</summary>
    public FilterNode.Comparison Means(FilterNode.Comparison comparison) =>
        comparison with
        {
            Values = [.. comparison.Values.Select(value => value with { Text = Meaning(value.Text) })],
        };

    private string Meaning(string text) =>
        this == _status ? _statuses.GetValueOrDefault(text, text)
        // MLflow writes ids without dashes.
        : (this == _id || this == _parent || this == _job) && RunRules.TryNormalizeId(text, out var id) ? id
        : text;
}
