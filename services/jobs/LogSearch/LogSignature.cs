using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Platform.Jobs.LogSearch;

/// <summary>
/// Which sequences of three and of four bytes are in some lines: a bit for each, at a place that its hash says. A text of which a bit is
/// missing is in none of the lines; one of which all are set may be.
/// </summary>
internal sealed class LogSignature
{
    /// <summary>The number of places; part of what is stored.</summary>
    public const int Bits = 1 << 16;

    /// <summary>The length of <see cref="ToBytes"/>.</summary>
    public const int Bytes = Bits / 8;

    /// <summary>More of a long text would say little more.</summary>
    private const int MaxPlacesOfText = 16;

    private readonly ulong[] _words = new ulong[Bits / 64];
    private int _set;

    /// <summary>The share of places that are set.</summary>
    public double Share => (double)_set / Bits;

    /// <summary>Adds a line as <see cref="LogText.FoldBytes"/> writes it.</summary>
    public void Add(ReadOnlySpan<byte> line)
    {
        for (var i = 0; i + 4 <= line.Length; i++)
        {
            var four = BinaryPrimitives.ReadUInt32LittleEndian(line[i..]);
            Set(PlaceOfFour(four));
            Set(PlaceOfThree(four & 0xFF_FFFF));
        }

        if (line.Length >= 3)
        {
            Set(PlaceOfThree(ReadThree(line[^3..])));
        }
    }

    /// <summary>The places that are set wherever a text is; none for a text of one or two bytes.</summary>
    /// <param name="text">As <see cref="LogText.Fold"/> writes it.</param>
    public static IReadOnlyList<int> PlacesOf(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text).AsSpan();
        if (bytes.Length < 4)
        {
            return bytes.Length < 3 ? [] : [PlaceOfThree(ReadThree(bytes))];
        }

        var places = new HashSet<int>();
        var count = bytes.Length - 3;
        var wanted = Math.Min(count, MaxPlacesOfText);
        for (var i = 0; i < wanted; i++)
        {
            places.Add(PlaceOfFour(BinaryPrimitives.ReadUInt32LittleEndian(bytes[(i * count / wanted)..])));
        }

        return [.. places];
    }

    /// <summary>Whether a place of a stored signature is set.</summary>
    public static bool IsSet(ReadOnlySpan<byte> signature, int place) =>
        (signature[place >> 3] & (1 << (place & 7))) != 0;

    public byte[] ToBytes()
    {
        var bytes = new byte[Bytes];
        for (var i = 0; i < _words.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(i * 8), _words[i]);
        }

        return bytes;
    }

    /// <summary>The places that are set in a stored signature.</summary>
    public static IEnumerable<int> PlacesIn(byte[] signature)
    {
        for (var i = 0; i < signature.Length; i += 8)
        {
            for (var word = BinaryPrimitives.ReadUInt64LittleEndian(signature.AsSpan(i)); word != 0; word &= word - 1)
            {
                yield return (i * 8) + BitOperations.TrailingZeroCount(word);
            }
        }
    }

    private static uint ReadThree(ReadOnlySpan<byte> bytes) =>
        bytes[0] | ((uint)bytes[1] << 8) | ((uint)bytes[2] << 16);

    private static int PlaceOfFour(uint bytes) => (int)((bytes * 0x9E37_79B1u) >> 16);

    private static int PlaceOfThree(uint bytes) => (int)(((bytes ^ 0x5500_0000u) * 0x85EB_CA6Bu) >> 16);

    private void Set(int place)
    {
        ref var word = ref _words[place >> 6];
        var bit = 1ul << (place & 63);
        if ((word & bit) == 0)
        {
            word |= bit;
            _set++;
        }
    }
}
