using System.Globalization;
using CsCheck;
using static CsCheck.Gen;

namespace Platform.Tracking.Tests.Filtering;

/// <summary>What a run logged, as far as the random filters ask for it.</summary>
/// <param name="Number">The order of creation.</param>
/// <param name="Parameters">Numbers, or texts.</param>
internal sealed record RandomRun(
    int Number,
    string Status,
    string? Group,
    Dictionary<string, double> Metrics,
    Dictionary<string, object> Parameters,
    Dictionary<string, string> Tags
)
{
    public string Id => string.Create(CultureInfo.InvariantCulture, $"run-{Number:00}");
}

/// <summary>A filter as text, and what it means.</summary>
internal sealed record RandomFilter(string Text, Func<RandomRun, bool> Holds);

/// <summary>An order, and its key: rank, number and text; then the order of creation.</summary>
internal sealed record RandomSort(
    string Name,
    bool IsDescending,
    Func<RandomRun, (int Rank, double Number, string Text)> Key
)
{
    public override string ToString() => IsDescending ? $"-{Name}" : Name;
}

/// <summary>Random runs, filters and orders over few keys and values, so that many of them agree.</summary>
internal static class RandomRuns
{
    /// <summary>Longer than what an index has, and different only at the end.</summary>
    private static readonly string _long = new('x', 260);

    private static readonly double[] _numbers = [-1, 0, 0.25, 0.5, 1, 100];
    private static readonly object[] _values =
    [
        -1.0,
        0.25,
        1.0,
        "0.25",
        "100",
        "ada",
        "adam",
        "b",
        "NaN",
        $"{_long}a",
        $"{_long}b",
    ];
    private static readonly string[] _texts = ["", "ada", "adam", "b", "0.25", $"{_long}a", $"{_long}b"];
    private static readonly string[] _keys = ["k1", "val/k2"];

    private static Gen<Dictionary<string, T>> Some<T>(Gen<T> values) =>
        Gen.Select(values, Bool)
            .Array[_keys.Length]
            .Select(all =>
                _keys
                    .Zip(all)
                    .Where(one => one.Second.Item2)
                    .ToDictionary(one => one.First, one => one.Second.Item1, StringComparer.Ordinal)
            );

    public static readonly Gen<RandomRun[]> Runs = Gen.Select(
            Any("running", "finished", "failed"),
            Any<string?>("", "g1", "g2"),
            Some(Any([.. _numbers, double.NaN, double.PositiveInfinity])),
            Some(Any(_values)),
            Some(Any(_texts)),
            (status, group, metrics, parameters, tags) => new RandomRun(0, status, group, metrics, parameters, tags)
        )
        .Array[1, 30]
        .Select(runs => runs.Select((run, i) => run with { Number = i }).ToArray());

    private static readonly Gen<string> _key = Any(_keys);

    private static readonly Gen<(string Sign, Func<int, bool> Holds)> _signs = Any<(string, Func<int, bool>)>(
        ("=", order => order == 0),
        ("!=", order => order != 0),
        ("<", order => order < 0),
        ("<=", order => order <= 0),
        (">", order => order > 0),
        (">=", order => order >= 0)
    );

    private static readonly Gen<RandomFilter> _metric =
        from key in _key
        from sign in _signs
        from number in Any(_numbers)
        select new RandomFilter(
            string.Create(CultureInfo.InvariantCulture, $"metrics.\"{key}\" {sign.Sign} {number}"),
            run =>
                run.Metrics.TryGetValue(key, out var value)
                && (double.IsNaN(value) ? sign.Sign is "!=" : sign.Holds(value.CompareTo(number)))
        );

    private static readonly Gen<RandomFilter> _number =
        from key in _key
        from sign in _signs
        from number in Any(_numbers)
        select new RandomFilter(
            string.Create(CultureInfo.InvariantCulture, $"params.\"{key}\" {sign.Sign} {number}"),
            run => NumberOf(run, key) is { } value && sign.Holds(value.CompareTo(number))
        );

    private static readonly Gen<RandomFilter> _text =
        from entity in Any("params", "tags")
        from key in _key
        from sign in _signs
        from text in Any(_texts)
        select new RandomFilter(
            $"{entity}.\"{key}\" {sign.Sign} '{text}'",
            run => TextOf(run, entity, key) is { } value && sign.Holds(string.CompareOrdinal(value, text))
        );

    private static readonly Gen<RandomFilter> _pattern =
        from entity in Any("params", "tags")
        from key in _key
        from pattern in Any<(string Text, Func<string, bool> Holds)>(
            ("like 'ada%'", text => text.StartsWith("ada", StringComparison.Ordinal)),
            ("like '%a'", text => text.EndsWith('a')),
            ("like 'xx%b'", text => text.StartsWith("xx", StringComparison.Ordinal) && text.EndsWith('b')),
            ("ilike 'ADA%'", text => text.StartsWith("ada", StringComparison.OrdinalIgnoreCase)),
            ($"in ('b', '{_long}a')", text => text is "b" || string.Equals(text, $"{_long}a", StringComparison.Ordinal))
        )
        select new RandomFilter(
            $"{entity}.\"{key}\" {pattern.Text}",
            run => TextOf(run, entity, key) is { } value && pattern.Holds(value)
        );

    private static readonly Gen<RandomFilter> _missing =
        from entity in Any("metrics", "params", "tags")
        from key in _key
        from isNegated in Bool
        select new RandomFilter(
            $"{entity}.\"{key}\" is {(isNegated ? "not " : "")}null",
            run => Has(run, entity, key) == isNegated
        );

    private static readonly Gen<RandomFilter> _attribute = Any(
        new RandomFilter("status = failed", run => run.Status is "failed"),
        new RandomFilter("status != 'finished'", run => run.Status is not "finished"),
        new RandomFilter("group = 'g1'", run => run.Group is "g1"),
        new RandomFilter("group is null", run => run.Group is ""),
        new RandomFilter("started > 7d", _ => true),
        new RandomFilter("notes like '%a%'", _ => false),
        new RandomFilter("name >= 'run-10'", run => run.Number >= 10)
    );

    private static readonly Gen<RandomFilter> _comparison = OneOf(
        _metric,
        _number,
        _text,
        _pattern,
        _missing,
        _attribute
    );

    private static readonly Gen<RandomFilter> _negation =
        from part in _comparison
        select new RandomFilter($"not ({part.Text})", run => !part.Holds(run));

    public static readonly Gen<RandomFilter> Filters = Tree(Tree(OneOf(_comparison, _comparison, _negation)));

    public static readonly Gen<RandomSort> Sorts =
        from order in OneOf(
            Gen.Select(
                Any("metrics", "params", "tags"),
                _key,
                (entity, key) => (Name: $"{entity}.{key}", Key: KeyOf(entity, key))
            ),
            Any<(string Name, Func<RandomRun, (int, double, string)> Key)>(
                ("createdAt", run => (0, run.Number, "")),
                ("status", run => (1, 0, run.Status)),
                ("attributes.status", run => (1, 0, run.Status)),
                ("attributes.started", run => (0, run.Number, "")),
                ("attributes.group", run => run.Group is "" ? (3, 0, "") : (1, 0, run.Group!)),
                ("attributes.duration", run => (0, run.Number, ""))
            )
        )
        from isDescending in Bool
        select new RandomSort(order.Name, isDescending, order.Key);

    /// <summary>The runs that a filter describes, in order: missing values last, the others by rank in both directions.</summary>
    public static IEnumerable<string> Expected(RandomRun[] runs, RandomFilter filter, RandomSort sort)
    {
        var found = runs.Where(filter.Holds).Select(run => (Run: run, Key: sort.Key(run))).ToList();
        var direction = sort.IsDescending ? -1 : 1;
        found.Sort(
            (a, b) =>
                a.Key.Rank != b.Key.Rank ? a.Key.Rank.CompareTo(b.Key.Rank)
                : !a.Key.Number.Equals(b.Key.Number) ? direction * a.Key.Number.CompareTo(b.Key.Number)
                : string.CompareOrdinal(a.Key.Text, b.Key.Text) is not 0 and var order ? direction * order
                : direction * a.Run.Number.CompareTo(b.Run.Number)
        );
        return found.Select(one => one.Run.Id);
    }

    /// <summary>One of some values.</summary>
    public static Gen<T> Any<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static Gen<RandomFilter> Tree(Gen<RandomFilter> parts) =>
        OneOf(
            parts,
            Gen.Select(
                parts,
                parts,
                (a, b) => new RandomFilter($"({a.Text} and {b.Text})", run => a.Holds(run) && b.Holds(run))
            ),
            Gen.Select(
                parts,
                parts,
                (a, b) => new RandomFilter($"({a.Text} or {b.Text})", run => a.Holds(run) || b.Holds(run))
            )
        );

    private static Func<RandomRun, (int, double, string)> KeyOf(string entity, string key) =>
        entity switch
        {
            "metrics" => run =>
                !run.Metrics.TryGetValue(key, out var value) ? (3, 0, "")
                : double.IsNaN(value) ? (2, 0, "")
                : (0, value, ""),
            "params" => run =>
                NumberOf(run, key) is { } number ? (0, number, "")
                : TextOf(run, entity, key) is { } text ? (1, 0, Indexed(text))
                : (3, 0, ""),
            _ => run => TextOf(run, entity, key) is { } text ? (1, 0, Indexed(text)) : (3, 0, ""),
        };

    private static string Indexed(string text) => text[..Math.Min(text.Length, 250)];

    private static bool Has(RandomRun run, string entity, string key) =>
        entity is "metrics" ? run.Metrics.ContainsKey(key) : TextOf(run, entity, key) is not null;

    private static double? NumberOf(RandomRun run, string key) =>
        run.Parameters.GetValueOrDefault(key) switch
        {
            double number => number,
            "0.25" => 0.25,
            "100" => 100,
            _ => null,
        };

    private static string? TextOf(RandomRun run, string entity, string key) =>
        entity is "tags" ? run.Tags.GetValueOrDefault(key)
        : run.Parameters.GetValueOrDefault(key) is { } value ? string.Create(CultureInfo.InvariantCulture, $"{value}")
        : null;
}
