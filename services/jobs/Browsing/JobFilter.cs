using System.Globalization;
using System.Text;
using Npgsql;
using Platform.ServiceDefaults;

namespace Platform.Jobs.Browsing;

/// <summary>The conditions of one list query. Clients' values are parameters, never SQL.</summary>
internal sealed class JobFilter
{
    /// <summary>From how many digits a text may be the end of an id.</summary>
    private const int LeastIdEnd = 4;

    private readonly List<string> _conditions = [];
    private readonly List<object> _values = [];

    public JobFilter() { }

    /// <summary>Begins with the conditions of another filter.</summary>
    public JobFilter(JobFilter other)
    {
        _conditions.AddRange(other._conditions);
        _values.AddRange(other._values);
    }

    public void HasStatus(string[] statuses) =>
        _conditions.Add(
            statuses.Length == 1 ? $"s.status = {Parameter(statuses[0])}" : $"s.status = any({Parameter(statuses)})"
        );

    /// <summary>
    /// Matches a project and those below it. Text is ordered by its bytes, in which <c>0</c> follows <c>/</c>.
    /// </summary>
    public void IsIn(string project) =>
        _conditions.Add(
            $"(s.project = {Parameter(project)} or s.project >= {Parameter($"{project}/")} and s.project < {Parameter($"{project}0")})"
        );

    /// <summary>Matches the jobs that belong to a job.</summary>
    public void IsChildOf(Guid parent) => _conditions.Add($"s.parent_id = {Parameter(parent)}");

    /// <summary>Matches jobs that a caller submitted, in any case; a user's name stands for its subject.</summary>
    public void IsOf(string subject)
    {
        var name = subject.ToLowerInvariant();
        _conditions.Add(
            $"lower(s.submitted_by) = any({Parameter(new[] { name, Caller.User(name, default).Subject })})"
        );
    }

    /// <summary>Matches names that contain a text and ids that begin with it, or end with it as short ids do. A complete id matches that job only.</summary>
    public void Matches(string search)
    {
        if (Guid.TryParseExact(search, "D", out var id))
        {
            _conditions.Add($"s.job_id = {Parameter(id)}");
            return;
        }

        var pattern = new StringBuilder("%");
        foreach (var character in search.ToLowerInvariant())
        {
            pattern.Append(character is '%' or '_' or '\\' ? "\\" : "").Append(character);
        }

        var condition = $"s.search_name like {Parameter(pattern.Append('%').ToString())}";
        if (TryReadIdPrefix(search, out var first, out var last))
        {
            condition = $"({condition} or s.job_id between {Parameter(first)} and {Parameter(last)}";
            condition +=
                search.Length >= LeastIdEnd
                    ? $" or s.job_id::text like {Parameter($"%{search.ToLowerInvariant()}")})"
                    : ")";
        }

        _conditions.Add(condition);
    }

    /// <summary>Adds a condition; it gets a function that turns a value into a parameter.</summary>
    public void Add(Func<Func<object, string>, string> condition) => _conditions.Add(condition(Parameter));

    public NpgsqlBatchCommand Command(Func<string, string> sql)
    {
        var command = new NpgsqlBatchCommand(
            sql(_conditions.Count == 0 ? "" : $"where {string.Join(" and ", _conditions)}")
        );
        foreach (var value in _values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        return command;
    }

    private string Parameter(object value)
    {
        _values.Add(value);
        return string.Create(CultureInfo.InvariantCulture, $"${_values.Count}");
    }

    /// <summary>The smallest and the largest id that begin with some digits.</summary>
    private static bool TryReadIdPrefix(string search, out Guid first, out Guid last)
    {
        var digits = search.Replace("-", "", StringComparison.Ordinal);
        first = last = Guid.Empty;
        return digits.Length is > 0 and <= 32
            && digits.All(char.IsAsciiHexDigit)
            && Guid.TryParseExact(digits.PadRight(32, '0'), "N", out first)
            && Guid.TryParseExact(digits.PadRight(32, 'f'), "N", out last);
    }
}
