using System.Data.Common;
using System.Globalization;

namespace Platform.ServiceDefaults;

/// <summary>Where a page lies: the order, and the rows before it as a number or as the key of the last one.</summary>
internal sealed record ListPlace
{
    private const int MaxLimit = 2000;

    private IReadOnlyList<ListColumn> _keys = [];
    private string _fingerprint = "";
    private string _name = "";
    private object[]? _after;

    public required IReadOnlyList<ListColumn> Sorting { get; init; }

    public bool IsDescending { get; private init; }

    public int Limit { get; private init; }

    public long Offset { get; private init; }

    /// <summary>True when the total is to be counted even where that takes longer than the page.</summary>
    public bool WantsTotal { get; private init; }

    /// <summary>True when the rows before the page are known by their number.</summary>
    public bool IsCounting => _after is null;

    /// <summary>Reads the place of a query; what is wrong is noted in the filter.</summary>
    public static ListPlace Of(
        ListQuery query,
        ListFilter filter,
        IReadOnlyDictionary<string, ListColumn> sorts,
        (ListSorts? Find, IReadOnlyList<string> Names) moreSorts,
        IReadOnlyList<ListColumn> keys,
        string defaultSort,
        int defaultLimit
    )
    {
        var sort = string.IsNullOrEmpty(query.Sort) ? defaultSort : query.Sort;
        var isDescending = sort.StartsWith('-');
        var name = sort[(isDescending ? 1 : 0)..];
        var sorting = sorts.TryGetValue(name, out var column)
            ? [column]
            : moreSorts.Find?.Invoke(name, isDescending, filter.Parameter);
        if (sorting is null)
        {
            filter.Reject("sort", ListSentences.Sort.With(string.Join(", ", sorts.Keys.Concat(moreSorts.Names))));
        }

        var place = new ListPlace
        {
            Sorting = sorting ?? [sorts.Values.First()],
            IsDescending = isDescending,
            Limit = ReadLimit(query.Limit, defaultLimit, filter),
            Offset = ReadOffset(query, filter),
            WantsTotal = WantsExact(query.Total, filter),
            _keys = keys,
            _name = name,
            _fingerprint = filter.Fingerprint(sort),
        };
        if (query.Cursor is not null && !place.TryContinue(query.Cursor))
        {
            filter.Reject("cursor", ListSentences.Cursor);
        }

        return place;
    }

    /// <summary>The place as finders of rows know it.</summary>
    public ListPage ToPage() => new(_name, IsDescending, Limit, Offset, _after);

    /// <summary>The place of rows of which there are no others.</summary>
    public ListPlace AtStart() => this with { Offset = 0, _after = null };

    /// <summary>The place of some rows in the opposite order.</summary>
    public ListPlace Reversed(long offset, int count) =>
        this with
        {
            IsDescending = !IsDescending,
            Offset = offset,
            Limit = count - 1,
            _after = null,
        };

    /// <summary>Adds the condition that rows come after the last one of the page before.</summary>
    public void AddTo(ListFilter filter)
    {
        if (_after is { } after)
        {
            filter.Add(parameter =>
                $"({string.Join(", ", Columns().Select(column => column.Sql))}) {(IsDescending ? '<' : '>')} ({string.Join(", ", after.Select(parameter))})"
            );
        }
    }

    /// <summary>The key of the row that a reader stands on: the last columns that it has.</summary>
    public object[] ReadKey(DbDataReader reader)
    {
        var key = new object[Sorting.Count + _keys.Count];
        for (var i = 0; i < key.Length; i++)
        {
            key[i] = reader.GetValue(reader.FieldCount - key.Length + i);
        }

        return key;
    }

    /// <summary>The cursor of the page after a row.</summary>
    public string WriteCursor(object[] key) =>
        Cursor.Encode([_fingerprint, .. Columns().Zip(key, (column, value) => column.Write(value))]);

    private bool TryContinue(string cursor)
    {
        if (
            !Cursor.TryDecode(cursor, Sorting.Count + _keys.Count + 1, out var parts)
            || !string.Equals(parts[0], _fingerprint, StringComparison.Ordinal)
        )
        {
            return false;
        }

        var after = new List<object>();
        foreach (var (column, text) in Columns().Zip(parts.Skip(1)))
        {
            if (!column.TryRead(text, out var value))
            {
                return false;
            }

            after.Add(value);
        }

        _after = [.. after];
        return true;
    }

    private IEnumerable<ListColumn> Columns() => Sorting.Concat(_keys);

    private static int ReadLimit(string? text, int defaultLimit, ListFilter filter)
    {
        if (string.IsNullOrEmpty(text))
        {
            return defaultLimit;
        }

        if (
            !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit)
            || limit is < 1 or > MaxLimit
        )
        {
            filter.Reject("limit", ListSentences.Limit.With(MaxLimit));
        }

        return limit;
    }

    private static int ReadOffset(ListQuery query, ListFilter filter)
    {
        if (string.IsNullOrEmpty(query.Offset))
        {
            return 0;
        }

        if (
            !int.TryParse(query.Offset, NumberStyles.None, CultureInfo.InvariantCulture, out var offset)
            || query.Cursor is not null
        )
        {
            filter.Reject("offset", ListSentences.Offset);
        }

        return offset;
    }

    private static bool WantsExact(string? text, ListFilter filter)
    {
        var isExact = string.Equals(text, "exact", StringComparison.Ordinal);
        if (!isExact && !string.IsNullOrEmpty(text))
        {
            filter.Reject("total", ListSentences.Total);
        }

        return isExact;
    }
}
