namespace Digits;

/// <summary>
/// One file per epoch, complete or absent: written under a temporary name and renamed. Besides the weights it holds the
/// epoch's result, so that a resumed training can log it again.
/// </summary>
internal sealed class Checkpoints(string folder)
{
    private const int Format = 1;

    public void Save(Network network, EpochResult result)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, $"epoch-{result.Epoch:00000}.bin");
        using (var stream = File.Create($"{path}.partial"))
        {
            using var writer = new BinaryWriter(stream);
            writer.Write(Format);
            writer.Write(result.Epoch);
            writer.Write(result.Loss);
            writer.Write(result.Accuracy);
            writer.Write(result.At.UtcTicks);
            network.Write(stream);
            stream.Flush(flushToDisk: true);
        }

        File.Move($"{path}.partial", path, overwrite: true);
    }

    /// <summary>Reads the newest complete checkpoint into the network.</summary>
    /// <returns>The epoch's result; null when there is no checkpoint.</returns>
    public EpochResult? LoadNewest(Network network)
    {
        if (!Directory.Exists(folder))
        {
            return null;
        }

        if (Directory.EnumerateFiles(folder, "epoch-*.bin").Max(StringComparer.Ordinal) is not { } newest)
        {
            return null;
        }

        using var stream = File.OpenRead(newest);
        using var reader = new BinaryReader(stream);
        if (reader.ReadInt32() != Format)
        {
            throw new InvalidDataException($"{newest} was written by another version of this program.");
        }

        var result = new EpochResult(
            reader.ReadInt32(),
            reader.ReadDouble(),
            reader.ReadDouble(),
            new DateTimeOffset(reader.ReadInt64(), TimeSpan.Zero)
        );
        network.Read(stream);
        return result;
    }
}
