using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;

namespace Platform.Tracking.Metrics.Storage;

/// <summary>Writes numbers as bytes.</summary>
internal readonly struct ByteWriter(ArrayBufferWriter<byte> output, bool compress)
{
    /// <summary>Planes of which a byte has about as many bits of information are stored as they are.</summary>
    private const double RandomBits = 7.6;
    private const int FewestToCompress = 64;
    private const int Quality = 2;
    private const int Window = 18;

    public void Byte(byte value)
    {
        output.GetSpan(1)[0] = value;
        output.Advance(1);
    }

    /// <summary>Small numbers take fewer bytes: seven bits each.</summary>
    public void Number(ulong value)
    {
        var span = output.GetSpan(10);
        var length = 0;
        while (value >= 0x80)
        {
            span[length++] = (byte)(value | 0x80);
            value >>= 7;
        }

        span[length++] = (byte)value;
        output.Advance(length);
    }

    public void Signed(long value) => Number(Zigzag(value));

    public void Bits(ulong value, int bytes)
    {
        Span<byte> all = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(all, value);
        output.Write(all[..bytes]);
    }

    /// <summary>Writes words byte by byte: first the lowest byte of all, and so on, each such plane as it is smallest.</summary>
    public void Planes(ReadOnlySpan<ulong> words, int bytes)
    {
        var plane = ArrayPool<byte>.Shared.Rent(words.Length);
        for (var position = 0; position < bytes; position++)
        {
            for (var i = 0; i < words.Length; i++)
            {
                plane[i] = (byte)(words[i] >> (8 * position));
            }

            Plane(plane.AsSpan(0, words.Length));
        }

        ArrayPool<byte>.Shared.Return(plane);
    }

    public static ulong Zigzag(long value) => (ulong)((value << 1) ^ (value >> 63));

    /// <summary>How many bits of information a byte of a plane has when its bytes do not depend on each other.</summary>
    public static double Entropy(ReadOnlySpan<ulong> words, int position)
    {
        Span<int> counts = stackalloc int[256];
        counts.Clear();
        foreach (var word in words)
        {
            counts[(byte)(word >> (8 * position))]++;
        }

        return Entropy(counts, words.Length);
    }

    private static double Entropy(ReadOnlySpan<int> counts, int total)
    {
        var sum = 0.0;
        foreach (var count in counts)
        {
            if (count > 0)
            {
                sum += count * Math.Log2(count);
            }
        }

        return Math.Log2(total) - (sum / total);
    }

    private void Plane(ReadOnlySpan<byte> plane)
    {
        if (!plane.ContainsAnyExcept(plane[0]))
        {
            Byte(PlaneKinds.Same);
            Byte(plane[0]);
            return;
        }

        if (compress && plane.Length >= FewestToCompress && EntropyOf(plane) < RandomBits)
        {
            var compressed = ArrayPool<byte>.Shared.Rent(plane.Length);
            var isSmaller = BrotliEncoder.TryCompress(
                plane,
                compressed.AsSpan(0, plane.Length - 8),
                out var length,
                Quality,
                Window
            );
            if (isSmaller)
            {
                Byte(PlaneKinds.Compressed);
                Number((ulong)length);
                output.Write(compressed.AsSpan(0, length));
            }

            ArrayPool<byte>.Shared.Return(compressed);
            if (isSmaller)
            {
                return;
            }
        }

        Byte(PlaneKinds.Plain);
        output.Write(plane);
    }

    private static double EntropyOf(ReadOnlySpan<byte> plane)
    {
        Span<int> counts = stackalloc int[256];
        counts.Clear();
        foreach (var value in plane)
        {
            counts[value]++;
        }

        return Entropy(counts, plane.Length);
    }
}

/// <summary>How a plane of bytes is stored. They are in the database: none may change its meaning.</summary>
internal static class PlaneKinds
{
    public const byte Same = 0;
    public const byte Plain = 1;
    public const byte Compressed = 2;
}

/// <summary>Reads what <see cref="ByteWriter"/> wrote.</summary>
internal ref struct ByteReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    public readonly bool IsAtEnd => _rest.IsEmpty;

    public byte Byte()
    {
        var value = _rest[0];
        _rest = _rest[1..];
        return value;
    }

    public ulong Number()
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var next = Byte();
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }

    public long Signed()
    {
        var value = Number();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    public ulong Bits(int bytes)
    {
        Span<byte> all = stackalloc byte[8];
        all.Clear();
        _rest[..bytes].CopyTo(all);
        _rest = _rest[bytes..];
        return BinaryPrimitives.ReadUInt64LittleEndian(all);
    }

    public void Planes(Span<ulong> words, int bytes)
    {
        words.Clear();
        var plane = ArrayPool<byte>.Shared.Rent(words.Length);
        for (var position = 0; position < bytes; position++)
        {
            var shift = 8 * position;
            var kind = Byte();
            if (kind == PlaneKinds.Same)
            {
                var all = (ulong)Byte() << shift;
                if (all != 0)
                {
                    foreach (ref var word in words)
                    {
                        word |= all;
                    }
                }

                continue;
            }

            var source = Plane(kind, plane.AsSpan(0, words.Length));
            for (var i = 0; i < words.Length; i++)
            {
                words[i] |= (ulong)source[i] << shift;
            }
        }

        ArrayPool<byte>.Shared.Return(plane);
    }

    public void Skip(int bytes) => _rest = _rest[bytes..];

    public ReadOnlySpan<byte> Take(int bytes)
    {
        var taken = _rest[..bytes];
        _rest = _rest[bytes..];
        return taken;
    }

    /// <summary>A size that was stored; more than the rest could hold is no stored one.</summary>
    public int Size(int most)
    {
        var size = Number();
        return size <= (ulong)most
            ? (int)size
            : throw new InvalidDataException($"A stored block has a size of {size}.");
    }

    private ReadOnlySpan<byte> Plane(byte kind, Span<byte> plane)
    {
        if (kind == PlaneKinds.Plain)
        {
            return Take(plane.Length);
        }

        var compressed = kind == PlaneKinds.Compressed ? Take(Size(_rest.Length)) : [];
        return BrotliDecoder.TryDecompress(compressed, plane, out var length) && length == plane.Length
            ? plane
            : throw new InvalidDataException("A stored block of points cannot be read.");
    }
}
