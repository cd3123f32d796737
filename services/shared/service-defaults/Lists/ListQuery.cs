namespace Platform.ServiceDefaults;

/// <summary>What every list takes besides its filters; not validated yet.</summary>
public abstract record ListQuery
{
    /// <summary>What to sort by; a <c>-</c> before it means descending.</summary>
    public string? Sort { get; init; }

    /// <summary>How many rows a page has at most: 1 to 2000; 50 when left out.</summary>
    public string? Limit { get; init; }

    /// <summary><c>nextCursor</c> of the page before.</summary>
    public string? Cursor { get; init; }

    /// <summary>How many rows to skip, to jump within a long list. Not together with a cursor.</summary>
    public string? Offset { get; init; }

    /// <summary><c>exact</c>: count what the filter matches even where that takes longer than the page.</summary>
    public string? Total { get; init; }
}
