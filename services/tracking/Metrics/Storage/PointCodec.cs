using System.Buffers;

namespace Platform.Tracking.Metrics.Storage;

/// <summary>
/// Points as bytes, exactly: every bit of a value comes back. Few points are written one after the other, more of them column by column:
/// steps and times as differences, less the smallest one and in units of their common divisor, so that regular ones take no bytes; values as
/// 32-bit numbers where all are such, or as decimals with few places where they are those (<see cref="Decimals"/>), byte by byte, as the lower
/// bytes of measured values are random and the upper ones are not.
/// </summary>
internal static class PointCodec
{
    /// <summary>No block may have more.</summary>
    public const int MaxCount = 1 << 20;

    private const int FewestColumns = 16;
    private const byte Rows = 0;
    private const byte Columns = 1;
    private const byte HasStages = 1;
    private const byte IsSingle = 2;
    private const byte IsDifference = 4;
    private const byte IsDecimal = 8;

    /// <summary>A difference must save as much of the bits to be worth it.</summary>
    private const double Worth = 0.97;

    /// <summary>Writes a block.</summary>
    /// <param name="compress">Whether it may take longer to read and write for being smaller.</param>
    public static byte[] Encode(PointBlock block, bool compress = true)
    {
        var output = new ArrayBufferWriter<byte>((block.Count * 4) + 64);
        Encode(block, new ByteWriter(output, compress));
        return output.WrittenSpan.ToArray();
    }

    private static void Encode(PointBlock block, ByteWriter writer)
    {
        var isSingle = AreSingle(block.Values);
        var flags = (byte)((block.Stages is null ? 0 : HasStages) | (isSingle ? IsSingle : 0));
        if (block.Count < FewestColumns)
        {
            writer.Byte(Rows);
            writer.Byte(flags);
            writer.Number((ulong)block.Count);
            WriteRows(writer, block, flags);
            return;
        }

        var decimals = isSingle ? null : Decimals.Of(block.Values);
        writer.Byte(Columns);
        writer.Byte((byte)(flags | (decimals is null ? 0 : IsDecimal)));
        writer.Number((ulong)block.Count);
        WriteIntegers(writer, block.Steps);
        WriteIntegers(writer, block.Times);
        if (decimals is null)
        {
            WriteValues(writer, block.Values, isSingle);
        }
        else
        {
            writer.Byte((byte)decimals.Places);
            writer.Signed(decimals.Least);
            writer.Byte((byte)decimals.Bytes);
            WriteWords(writer, decimals.Words, decimals.Bytes);
        }

        WriteIntegers(writer, block.Batches);
        if (block.Stages is not null)
        {
            WriteIntegers(writer, Array.ConvertAll(block.Stages, stage => (long)stage));
        }
    }

    public static PointBlock Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new ByteReader(bytes);
        return Decode(ref reader);
    }

    /// <summary>Reads the next block of several.</summary>
    public static PointBlock Decode(ref ByteReader reader)
    {
        var kind = reader.Byte();
        var flags = reader.Byte();
        var block = new PointBlock(reader.Size(MaxCount));
        switch (kind)
        {
            case Rows:
                ReadRows(ref reader, block, flags);
                break;
            case Columns:
                ReadIntegers(ref reader, block.Steps);
                ReadIntegers(ref reader, block.Times);
                if ((flags & IsDecimal) != 0)
                {
                    ReadDecimals(ref reader, block.Values);
                }
                else
                {
                    ReadValues(ref reader, block.Values, (flags & IsSingle) != 0);
                }

                ReadIntegers(ref reader, block.Batches);
                if ((flags & HasStages) != 0)
                {
                    var stages = new long[block.Count];
                    ReadIntegers(ref reader, stages);
                    for (var i = 0; i < stages.Length; i++)
                    {
                        block.SetStage(i, (int)stages[i]);
                    }
                }

                break;
            default:
                throw new InvalidDataException($"A stored block of points has the unknown form {kind}.");
        }

        return block;
    }

    private static void WriteRows(ByteWriter writer, PointBlock block, byte flags)
    {
        var (step, time, batch) = (0L, 0L, 0L);
        for (var i = 0; i < block.Count; i++)
        {
            writer.Signed(unchecked(block.Steps[i] - step));
            writer.Signed(unchecked(block.Times[i] - time));
            writer.Signed(unchecked(block.Batches[i] - batch));
            (step, time, batch) = (block.Steps[i], block.Times[i], block.Batches[i]);
            writer.Bits(Word(block.Values[i], (flags & IsSingle) != 0), (flags & IsSingle) != 0 ? 4 : 8);
            if ((flags & HasStages) != 0)
            {
                writer.Signed(block.StageOf(i));
            }
        }
    }

    private static void ReadRows(ref ByteReader reader, PointBlock block, byte flags)
    {
        var isSingle = (flags & IsSingle) != 0;
        var (step, time, batch) = (0L, 0L, 0L);
        for (var i = 0; i < block.Count; i++)
        {
            block.Steps[i] = step = unchecked(step + reader.Signed());
            block.Times[i] = time = unchecked(time + reader.Signed());
            block.Batches[i] = batch = unchecked(batch + reader.Signed());
            block.Values[i] = ValueOf(reader.Bits(isSingle ? 4 : 8), isSingle);
            if ((flags & HasStages) != 0)
            {
                block.SetStage(i, (int)reader.Signed());
            }
        }
    }

    private static void WriteIntegers(ByteWriter writer, ReadOnlySpan<long> numbers)
    {
        var least = long.MaxValue;
        for (var i = 1; i < numbers.Length; i++)
        {
            least = Math.Min(least, unchecked(numbers[i] - numbers[i - 1]));
        }

        var rented = ArrayPool<ulong>.Shared.Rent(numbers.Length);
        var rest = rented.AsSpan(0, numbers.Length - 1);
        var (divisor, most) = (0UL, 0UL);
        for (var i = 0; i < rest.Length; i++)
        {
            rest[i] = unchecked((ulong)(numbers[i + 1] - numbers[i] - least));
            divisor = divisor == 1 ? 1 : GreatestCommonDivisor(rest[i], divisor);
            most = Math.Max(most, rest[i]);
        }

        writer.Signed(numbers[0]);
        writer.Signed(least);
        writer.Number(divisor);
        if (divisor > 0)
        {
            if (divisor > 1)
            {
                foreach (ref var number in rest)
                {
                    number /= divisor;
                }
            }

            var bytes = BytesOf(most / divisor);
            writer.Byte((byte)bytes);
            writer.Planes(rest, bytes);
        }

        ArrayPool<ulong>.Shared.Return(rented);
    }

    private static void ReadIntegers(ref ByteReader reader, Span<long> numbers)
    {
        var number = numbers[0] = reader.Signed();
        var least = reader.Signed();
        var divisor = reader.Number();
        if (divisor == 0)
        {
            for (var i = 1; i < numbers.Length; i++)
            {
                numbers[i] = number = unchecked(number + least);
            }

            return;
        }

        var rented = ArrayPool<ulong>.Shared.Rent(numbers.Length);
        var rest = rented.AsSpan(0, numbers.Length - 1);
        reader.Planes(rest, reader.Byte());
        for (var i = 1; i < numbers.Length; i++)
        {
            numbers[i] = number = unchecked(number + least + (long)(rest[i - 1] * divisor));
        }

        ArrayPool<ulong>.Shared.Return(rented);
    }

    private static void WriteValues(ByteWriter writer, ReadOnlySpan<double> values, bool isSingle)
    {
        var rented = ArrayPool<ulong>.Shared.Rent(values.Length);
        for (var i = 0; i < values.Length; i++)
        {
            rented[i] = Word(values[i], isSingle);
        }

        WriteWords(writer, rented.AsSpan(0, values.Length), isSingle ? 4 : 8);
        ArrayPool<ulong>.Shared.Return(rented);
    }

    private static void ReadValues(ref ByteReader reader, Span<double> values, bool isSingle)
    {
        var rented = ArrayPool<ulong>.Shared.Rent(values.Length);
        var words = rented.AsSpan(0, values.Length);
        ReadWords(ref reader, words, isSingle ? 4 : 8);
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = ValueOf(words[i], isSingle);
        }

        ArrayPool<ulong>.Shared.Return(rented);
    }

    private static void ReadDecimals(ref ByteReader reader, Span<double> values)
    {
        var places = reader.Byte();
        var least = reader.Signed();
        var rented = ArrayPool<ulong>.Shared.Rent(values.Length);
        var words = rented.AsSpan(0, values.Length);
        ReadWords(ref reader, words, reader.Byte());
        Decimals.Read(words, places, least, values);
        ArrayPool<ulong>.Shared.Return(rented);
    }

    /// <summary>Writes words of some bytes as they are, or their differences where those take less.</summary>
    private static void WriteWords(ByteWriter writer, ReadOnlySpan<ulong> words, int bytes)
    {
        var rented = ArrayPool<ulong>.Shared.Rent(words.Length);
        var differences = rented.AsSpan(0, words.Length);
        var unused = 64 - (8 * bytes);
        var before = 0UL;
        for (var i = 0; i < words.Length; i++)
        {
            // Of fewer bytes, a difference is one modulo their size.
            differences[i] = ByteWriter.Zigzag(unchecked((long)((words[i] - before) << unused)) >> unused);
            before = words[i];
        }

        var (bitsPlain, bitsOfDifferences) = (0.0, 0.0);
        for (var position = 0; position < bytes; position++)
        {
            bitsPlain += ByteWriter.Entropy(words, position);
            bitsOfDifferences += ByteWriter.Entropy(differences, position);
        }

        var isDifference = bitsOfDifferences < bitsPlain * Worth;
        writer.Byte(isDifference ? IsDifference : (byte)0);
        writer.Planes(isDifference ? differences : words, bytes);
        ArrayPool<ulong>.Shared.Return(rented);
    }

    private static void ReadWords(ref ByteReader reader, Span<ulong> words, int bytes)
    {
        var isDifference = reader.Byte() == IsDifference;
        reader.Planes(words, bytes);
        if (!isDifference)
        {
            return;
        }

        var mask = ulong.MaxValue >> (64 - (8 * bytes));
        var before = 0UL;
        foreach (ref var word in words)
        {
            var difference = (word >> 1) ^ (0 - (word & 1));
            word = before = unchecked(before + difference) & mask;
        }
    }

    /// <summary>Whether each is exactly a 32-bit number, down to the bits of a NaN.</summary>
    private static bool AreSingle(ReadOnlySpan<double> values)
    {
        foreach (var value in values)
        {
            if (BitConverter.DoubleToUInt64Bits((float)value) != BitConverter.DoubleToUInt64Bits(value))
            {
                return false;
            }
        }

        return true;
    }

    private static ulong Word(double value, bool isSingle) =>
        isSingle ? BitConverter.SingleToUInt32Bits((float)value) : BitConverter.DoubleToUInt64Bits(value);

    private static double ValueOf(ulong word, bool isSingle) =>
        isSingle ? BitConverter.UInt32BitsToSingle((uint)word) : BitConverter.UInt64BitsToDouble(word);

    private static int BytesOf(ulong most) => (64 - System.Numerics.BitOperations.LeadingZeroCount(most) + 7) / 8;

    private static ulong GreatestCommonDivisor(ulong one, ulong other)
    {
        while (other != 0)
        {
            (one, other) = (other, one % other);
        }

        return one;
    }
}
