using System.Globalization;

namespace Digits;

/// <summary>Images of handwritten digits: 8 × 8 values from 0 to 1 each, with their labels.</summary>
internal sealed class DigitsData(float[][] images, int[] labels)
{
    public const int Pixels = 64;
    public const int Classes = 10;
    private const float Brightest = 16;

    public int Count => images.Length;

    public float[] Image(int index) => images[index];

    public int Label(int index) => labels[index];

    /// <summary>The data file: the path itself, or the CSV file in that folder.</summary>
    public static string? Find(string path) =>
        File.Exists(path) ? path
        : Directory.Exists(path) ? Directory.EnumerateFiles(path, "*.csv").Min(StringComparer.Ordinal)
        : null;

    /// <summary>Reads lines of 64 values from 0 to 16 and the digit.</summary>
    public static DigitsData Load(string file)
    {
        var rows = File.ReadLines(file)
            .Select(line => Array.ConvertAll(line.Split(','), text => float.Parse(text, CultureInfo.InvariantCulture)))
            .ToArray();
        return new DigitsData(
            Array.ConvertAll(rows, row => Array.ConvertAll(row[..Pixels], value => value / Brightest)),
            Array.ConvertAll(rows, row => (int)row[Pixels])
        );
    }

    /// <summary>Holds out a random share for testing.</summary>
    public (DigitsData Training, DigitsData Test) Split(double testShare, int seed)
    {
        var order = Enumerable.Range(0, Count).ToArray();
        new Random(seed).Shuffle(order);
        var test = (int)(Count * testShare);
        return (Take(order[test..]), Take(order[..test]));
    }

    private DigitsData Take(int[] indexes) =>
        new(Array.ConvertAll(indexes, i => images[i]), Array.ConvertAll(indexes, i => labels[i]));
}
