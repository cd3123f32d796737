using System.Globalization;
using Platform.ServiceDefaults;

namespace Platform.Jobs.Browsing;

/// <summary>A sort order of the list and its cursors, which hold the last row's sort key and id.</summary>
internal sealed record JobSort
{
    private static readonly Dictionary<string, JobSort> _keys = new JobSort[]
    {
        OfTime("submittedAt", "s.submitted_at"),
        // Jobs that have not started or ended come last in ascending order.
        OfTime("startedAt", "coalesce(s.started_at, 'infinity')"),
        OfTime("endedAt", "coalesce(s.ended_at, 'infinity')"),
        new("name", "s.name", key => (string)key, TryReadText),
        new("priority", "s.priority", key => ((int)key).ToString(CultureInfo.InvariantCulture), TryReadInt),
    }.ToDictionary(sort => sort.Name, StringComparer.Ordinal);

    private readonly Func<object, string> _write;
    private readonly Reader _read;

    private JobSort(string name, string expression, Func<object, string> write, Reader read) =>
        (Name, Expression, _write, _read) = (name, expression, write, read);

    private delegate bool Reader(string text, out object key);

    public static string Names => string.Join(", ", _keys.Keys);

    public string Name { get; }

    /// <summary>The SQL it sorts by; never null.</summary>
    public string Expression { get; }

    public bool Descending { get; private init; }

    public string OrderBy =>
        Descending ? $"order by {Expression} desc, s.job_id desc" : $"order by {Expression}, s.job_id";

    /// <summary>Finds a sort order by its name in the API.</summary>
    /// <returns>Null when it does not exist.</returns>
    public static JobSort? Find(string? name) =>
        name switch
        {
            null or "" => _keys["submittedAt"] with { Descending = true },
            ['-', .. var key] => _keys.TryGetValue(key, out var sort) ? sort with { Descending = true } : null,
            _ => _keys.GetValueOrDefault(name),
        };

    /// <summary>The cursor after a row.</summary>
    public string Cursor(object key, Guid jobId) =>
        ServiceDefaults.Cursor.Encode(Descending ? $"-{Name}" : Name, _write(key), jobId.ToString());

    /// <summary>Adds the condition that continues after a cursor.</summary>
    /// <returns>False when the cursor does not belong to this sort order.</returns>
    public bool TryContinue(string cursor, JobFilter filter)
    {
        if (
            !ServiceDefaults.Cursor.TryDecode(cursor, 3, out var parts)
            || parts[0] != (Descending ? $"-{Name}" : Name)
            || !_read(parts[1], out var key)
            || !Guid.TryParse(parts[2], out var jobId)
        )
        {
            return false;
        }

        filter.Add(parameter =>
            $"({Expression}, s.job_id) {(Descending ? '<' : '>')} ({parameter(key)}, {parameter(jobId)})"
        );
        return true;
    }

    private static JobSort OfTime(string name, string expression) =>
        new(name, expression, key => Utc(key).ToString("O", CultureInfo.InvariantCulture), TryReadTime);

    /// <summary>
    /// Npgsql reads a timestamp as a <see cref="DateTime"/> in UTC, and infinity as its largest value.
    /// </summary>
    private static DateTime Utc(object key) => (DateTime)key;

    private static bool TryReadTime(string text, out object key)
    {
        var isTime = DateTime.TryParseExact(
            text,
            "O",
            CultureInfo.InvariantCulture,
            DateTimeStyles.RoundtripKind,
            out var time
        );
        key = DateTime.SpecifyKind(time, DateTimeKind.Utc);
        return isTime;
    }

    private static bool TryReadText(string text, out object key)
    {
        key = text;
        return ClientText.IsText(text);
    }

    private static bool TryReadInt(string text, out object key)
    {
        var isNumber = int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number);
        key = number;
        return isNumber;
    }
}
