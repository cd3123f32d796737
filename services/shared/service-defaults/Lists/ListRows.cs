namespace Platform.ServiceDefaults;

/// <summary>Rows that were read for a page, with their keys.</summary>
internal sealed class ListRows<TRow>
{
    private readonly List<TRow> _items = [];
    private readonly List<object[]> _keys = [];

    /// <summary>The total, where it was read with the rows.</summary>
    public long? Total { get; set; }

    public void Add(TRow item, object[] key)
    {
        _items.Add(item);
        _keys.Add(key);
    }

    public void Reverse()
    {
        _items.Reverse();
        _keys.Reverse();
    }

    /// <summary>The total as far as a page that ends the list tells it; null otherwise.</summary>
    public long? KnownTotal(ListPlace place) =>
        place.IsCounting && _items.Count <= place.Limit && (_items.Count > 0 || place.Offset == 0)
            ? place.Offset + _items.Count
            : null;

    /// <summary>A page of these rows, of which there is one more than its limit when another page follows.</summary>
    public Page<TRow> ToPage(ListPlace place, long? total) => ToPage(place, total, _items.Count > place.Limit);

    /// <summary>A page of these rows.</summary>
    public Page<TRow> ToPage(ListPlace place, long? total, bool hasMore)
    {
        var count = Math.Min(_items.Count, place.Limit);
        return new Page<TRow>(
            _items[..count],
            hasMore && count > 0 ? place.WriteCursor(_keys[count - 1]) : null,
            total
        );
    }
}
