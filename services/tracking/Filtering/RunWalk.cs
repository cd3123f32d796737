using System.Globalization;
using Platform.ServiceDefaults;

namespace Platform.Tracking.Filtering;

/// <summary>
/// A part of an order of runs that an index has: those with a number under a key, those with a text, those without any. Read one after
/// the other, the parts are the order.
/// </summary>
/// <param name="From">The table.</param>
/// <param name="Run">The number of the run.</param>
/// <param name="Where">Which rows the part has.</param>
/// <param name="Columns">What it is ordered by.</param>
internal sealed record RunWalk(string From, string Run, string Where, params IReadOnlyList<string> Columns)
{
    /// <summary>The number of a run where the walk reads <c>run r</c> itself.</summary>
    public const string Row = "r.number";

    private static readonly Dictionary<string, string> _sorts = new(StringComparer.Ordinal)
    {
        ["createdAt"] = "r.created_at",
        ["updatedAt"] = "r.updated_at",
        ["name"] = "r.name",
        ["project"] = "coalesce(r.project, '')",
        ["status"] = "r.status",
    };

    /// <summary>What it is ordered by, as conditions have it.</summary>
    public string? Field { get; private init; }

    /// <summary>The column with the value where that is a number or of the run itself; null otherwise.</summary>
    public string? Value { get; private init; }

    /// <summary>True for runs whose value is null, where the order is by it all the same.</summary>
    public bool IsMissing { get; private init; }

    /// <summary>True for an order by a column that every run has, which the list itself reads from an index.</summary>
    public static bool IsColumn(string sort) => _sorts.ContainsKey(sort);

    /// <summary>The parts of a page's order that come after the row before it; null when no index has the order.</summary>
    public static IReadOnlyList<RunWalk>? Of(ListPage page, Func<object, string> parameter)
    {
        if (_sorts.TryGetValue(page.Sort, out var column))
        {
            var walk = new RunWalk("run r", Row, "true", column, "r.id")
            {
                Field = $"attributes.{column}",
                Value = column,
            };
            return [page.After is { } after ? walk.Since(page, [parameter(after[0]), parameter(after[1])]) : walk];
        }

        return RunFilter.FieldOf(page.Sort) is not { } field ? null
            : field.Entity is not "attributes" ? OfFact(field.Entity, field.Key, page, parameter)
            : RunAttribute.Find(field.Key) is not { } attribute ? null
            : attribute.Tag is { } tag ? OfFact("tags", tag, page, parameter)
            : attribute.Order is { } order ? After(PartsOfAttribute(attribute, order), page, parameter)
            : null;
    }

    /// <summary>An order of MLflow: runs that are equal in it begin with the newest.</summary>
    /// <param name="field">What the runs are ordered by first; null for nothing.</param>
    public static IReadOnlyList<RunWalk>? OfMlflow(
        (string Entity, string Key)? field,
        bool isDescending,
        Func<object, string> parameter
    )
    {
        string[] ties = ["r.started_at desc nulls last", "r.id"];
        if (field is not { } by)
        {
            return [new("run r", Row, "true", ties)];
        }

        var attribute = by.Entity is "attributes" ? RunAttribute.Find(by.Key) : null;
        var parts =
            attribute is null ? PartsOfFact(by.Entity, by.Key, parameter)
            : attribute.Tag is { } tag ? PartsOfFact("tags", tag, parameter)
            : attribute.Order is { } order ? PartsOfAttribute(attribute, order)
            : [];
        return parts.Length == 0 ? null : [.. parts.OfType<RunWalk>().Select(part => part.With(isDescending, ties))];
    }

    private RunWalk With(bool isDescending, string[] ties)
    {
        var first = Columns.Count == 1 || IsMissing ? null : Columns[0];
        return this with
        {
            From = string.Equals(Run, Row, StringComparison.Ordinal) ? From : $"{From} join run r on r.number = s.run",
            Columns =
                first is null ? ties
                // Once more, PostgreSQL would not see that an index has the order.
                : first is "r.started_at" ? [isDescending ? ties[0] : first, ties[1]]
                : [isDescending ? $"{first} desc" : first, .. ties],
        };
    }

    private static List<RunWalk> OfFact(string entity, string key, ListPage page, Func<object, string> parameter) =>
        After(PartsOfFact(entity, key, parameter), page, parameter);

    /// <summary>The parts by their ranks in the columns by which the list itself would sort.</summary>
    private static RunWalk?[] PartsOfFact(string entity, string key, Func<object, string> parameter)
    {
        var hash = RunFacts.Key(entity, parameter(key));
        var field = $"{entity}.{key}";
        RunWalk Part(string where, string column) =>
            new("run_value s", "s.run", $"s.key = {hash} and {where}", column, "s.run");
        var metrics = new RunWalk("run_metric s", "s.run", $"s.key = {hash}", "s.value", "s.run")
        {
            Field = field,
            Value = "s.value",
        };
        var table = entity is "metrics" ? "run_metric" : "run_value";
        return
        [
            entity switch
            {
                "metrics" => metrics with { Where = $"{metrics.Where} and s.value < 'NaN'" },
                "tags" => null,
                _ => Part("s.number is not null", "s.number") with { Field = field, Value = "s.number" },
            },
            entity is "metrics" ? null : Part("s.is_text = true", "s.text"),
            entity is "metrics"
                ? metrics with
                {
                    Where = $"{metrics.Where} and s.value = 'NaN'",
                    Columns = ["s.run"],
                }
                : null,
            new("run r", Row, $"not exists (select from {table} s where s.run = r.number and s.key = {hash})", Row),
        ];
    }

    private static RunWalk?[] PartsOfAttribute(RunAttribute attribute, string order)
    {
        var has = new RunWalk("run r", Row, $"{attribute.Sql} is not null", order, "r.id")
        {
            Field = $"attributes.{attribute.Sql}",
            Value = attribute.Sql,
        };
        var missing = has with { Where = $"{attribute.Sql} is null", Value = null, IsMissing = true };
        return attribute.Kind is RunAttributeKind.Text ? [null, has, null, missing] : [has, null, null, missing];
    }

    /// <summary>Leaves out the parts before the one in which the row before the page is, and in that the rows up to it.</summary>
    private static List<RunWalk> After(RunWalk?[] parts, ListPage page, Func<object, string> parameter)
    {
        if (page.After is not { } after)
        {
            return [.. parts.OfType<RunWalk>()];
        }

        var at = page.IsDescending ? 3 - (int)after[0] : (int)after[0];
        if (at is < 0 or > 3 || parts[at] is not { } part)
        {
            return [];
        }

        var key = parameter(after[^1] is string && part.Columns[^1] is "r.id" ? after[^1] : after[3]);
        var isTime = part.Value is { } value && value.EndsWith("_at", StringComparison.Ordinal);
        List<string> since =
            part.Columns.Count == 1 || part.IsMissing ? [key]
            : at == 1 ? [parameter(after[2]), key]
            : [isTime ? $"to_timestamp({parameter(after[1])})" : parameter(after[1]), key];
        return [part.Since(page, since), .. parts.Skip(at + 1).OfType<RunWalk>()];
    }

    private RunWalk Since(ListPage page, List<string> values)
    {
        var columns = Columns.Skip(Columns.Count - values.Count);
        return this with
        {
            Where =
                $"{Where} and ({string.Join(", ", columns)}) {(page.IsDescending ? '<' : '>')} ({string.Join(", ", values)})",
        };
    }

    /// <summary>Some of the runs in order, whatever they fulfil, and then those of them that fulfil the conditions.</summary>
    public string TrySql(ListPage page, IEnumerable<RunCondition> conditions, long steps, long limit) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"""
            with walk as materialized (
              select w.run, row_number() over () as place
              from (select {Run} as run from {From} where {Where}{Bounds(conditions)} {Order(page)} limit {steps}) w)
            select (select count(*)::int from walk), array(
              select w.run from walk w join run r on r.number = w.run
              where {string.Join(" and ", conditions.Select(condition => condition.Row).DefaultIfEmpty("true"))}
              order by w.place limit {limit})
            """
        );

    /// <summary>The runs in order that fulfil a condition.</summary>
    public string Sql(ListPage page, IEnumerable<RunCondition> conditions, string holds, long offset, long limit) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"""
            select array(select {Run} from {From} where {Where}{Bounds(conditions)} and {holds}
              {Order(page)} limit {limit} offset {offset})
            """
        );

    /// <summary>Few known runs in order, which are read one by one.</summary>
    /// <param name="known">A parameter with their numbers.</param>
    public string SqlOfFew(ListPage page, string known, long offset, long limit)
    {
        const string Descending = " desc";
        var columns = Columns.Select(column =>
            column.IndexOf(Descending, StringComparison.Ordinal) is >= 0 and var at
                ? (Sql: column[..at], Direction: column[at..])
                : (Sql: column, Direction: page.IsDescending ? Descending : "")
        );
        return string.Create(
            CultureInfo.InvariantCulture,
            $"""
            with few as materialized (
              select {Run} as run, {string.Join(", ", columns.Select((column, i) => $"{column.Sql} as c{i}"))}
              from {From} where {Where} and {Run} = any({known}))
            select array(select run from few
              order by {string.Join(
                ", ",
                columns.Select((column, i) => $"c{i}{column.Direction}")
            )} limit {limit} offset {offset})
            """
        );
    }

    public string CountSql(string holds) => $"select count(*) from {From} where {Where} and {holds}";

    /// <summary>Conditions on what it is ordered by, which end the walk.</summary>
    private string Bounds(IEnumerable<RunCondition> conditions) =>
        Value is null
            ? ""
            : string.Concat(
                conditions
                    .Where(condition =>
                        condition.On is not null && string.Equals(condition.Field, Field, StringComparison.Ordinal)
                    )
                    .Select(condition => $" and {condition.On!(Value)}")
            );

    private string Order(ListPage page) =>
        $"order by {string.Join(", ", Columns.Select(column => page.IsDescending ? $"{column} desc" : column))}";
}
