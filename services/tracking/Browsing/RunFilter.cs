using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Platform.ServiceDefaults;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Browsing;

/// <summary>Which runs a list has: fixed SQL over <c>run r</c>, with the caller's values as parameters.</summary>
internal sealed class RunFilter
{
    private readonly List<string> _conditions = ["true"];
    private readonly List<Func<NpgsqlParameter>> _parameters = [];

    public string Sql => string.Join(" and ", _conditions);

    public int Count => _parameters.Count;

    public static (string Field, string Message)? From(RunQuery query, out RunFilter filter)
    {
        filter = new RunFilter();
        if (query.Project is { } project)
        {
            if (ClientText.ProblemWithProject(project) is { } problem)
            {
                return ("project", problem);
            }

            var isProject = $"r.project = {filter.Parameter(project)}";
            filter._conditions.Add(
                query.Exact is true
                    ? isProject
                    : $"({isProject} or r.project like {filter.Parameter(Escape(project) + "/%")})"
            );
        }

        if (query.Status is { } status)
        {
            if (!RunNames.TryParseStatus(status, out _))
            {
                return ("status", "A status is scheduled, running, finished, failed or interrupted.");
            }

            filter._conditions.Add($"r.status = {filter.Parameter(status)}");
        }

        if (query.JobId is { } job)
        {
            filter._conditions.Add($"r.job_id = {filter.Parameter(job)}");
        }

        foreach (var tag in query.Tag ?? [])
        {
            if (!filter.AddTag(tag))
            {
                return ("tag", "Give a tag as key or key=value.");
            }
        }

        if (query.Search is { Length: > 0 } search)
        {
            if (!RunRules.IsText(search, RunRules.MaxName))
            {
                return ("search", "A search has 1 to 250 characters without control characters.");
            }

            var pattern = filter.Parameter($"%{Escape(search)}%");
            filter._conditions.Add($"(r.name ilike {pattern} or r.id ilike {pattern})");
        }

        return null;
    }

    public NpgsqlBatchCommand Command(string sql)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var parameter in _parameters)
        {
            command.Parameters.Add(parameter());
        }

        return command;
    }

    private bool AddTag(string tag)
    {
        var divider = tag.IndexOf('=');
        var key = divider < 0 ? tag : tag[..divider];
        if (!RunRules.IsKey(key) || tag.Contains('\0'))
        {
            return false;
        }

        if (divider < 0)
        {
            _conditions.Add($"r.tags ? {Parameter(key)}");
            return true;
        }

        var pair = JsonSerializer.Serialize(
            new Dictionary<string, string>(StringComparer.Ordinal) { [key] = tag[(divider + 1)..] }
        );
        _conditions.Add($"r.tags @> {Parameter(pair, NpgsqlDbType.Jsonb)}");
        return true;
    }

    private string Parameter(object value, NpgsqlDbType? type = null)
    {
        _parameters.Add(() =>
            type is { } known
                ? new NpgsqlParameter { Value = value, NpgsqlDbType = known }
                : new NpgsqlParameter { Value = value }
        );
        return $"${_parameters.Count}";
    }

    private static string Escape(string text) =>
        text.Replace(@"\", @"\\", StringComparison.Ordinal)
            .Replace("%", @"\%", StringComparison.Ordinal)
            .Replace("_", @"\_", StringComparison.Ordinal);
}
