namespace Platform.Jobs.LogSearch;

/// <summary>Signatures of several buckets, turned: for each place the bits of all of them lie side by side.</summary>
internal sealed class LogGroup
{
    private const int PlaceBytes = LogIndex.GroupBuckets / 8;

    /// <summary>The rows of <c>log_slice</c>, in order.</summary>
    public byte[][] Slices { get; } =
    [
        .. Enumerable
            .Range(0, LogSignature.Bits / LogIndex.SlicePlaces)
            .Select(_ => new byte[LogIndex.SlicePlaces * PlaceBytes]),
    ];

    /// <summary>Which row has a place.</summary>
    public static int SliceOf(int place) => place / LogIndex.SlicePlaces;

    /// <summary>Keeps the bits of those buckets that have a place too.</summary>
    /// <param name="buckets">A bit for each bucket of the group.</param>
    /// <param name="slice">The row that has the place.</param>
    public static void Intersect(Span<byte> buckets, ReadOnlySpan<byte> slice, int place)
    {
        var bits = slice.Slice(place % LogIndex.SlicePlaces * PlaceBytes, PlaceBytes);
        for (var i = 0; i < PlaceBytes; i++)
        {
            buckets[i] &= bits[i];
        }
    }

    /// <summary>A bit for each bucket of a group, all set.</summary>
    public static byte[] AllBuckets()
    {
        var buckets = new byte[PlaceBytes];
        buckets.AsSpan().Fill(byte.MaxValue);
        return buckets;
    }

    /// <summary>Adds the signature of a bucket.</summary>
    public void Add(byte[] signature, int slot)
    {
        var bit = (byte)(1 << (slot & 7));
        foreach (var place in LogSignature.PlacesIn(signature))
        {
            Slices[SliceOf(place)][(place % LogIndex.SlicePlaces * PlaceBytes) + (slot >> 3)] |= bit;
        }
    }
}
