using System.Globalization;
using System.Text;

namespace Platform.Bench.Benchmarks;

/// <summary>
/// Lines as trainings print them, the same in every run: numbers that differ, a word in every third line, one in a single line.
/// </summary>
internal static class LogLinesOfTrainings
{
    /// <summary>A word in every third line.</summary>
    public const string Often = "validation";

    /// <summary>A word in a single line.</summary>
    public const string Once = "quicksilver";

    private static readonly string[] _events =
    [
        "saved checkpoint to outputs/step-{0}.pt",
        "learning rate is now {1}",
        "loaded shard {0} of the training set in {1} s",
        "gradient overflow, scale reduced to {0}",
        "worker {0} waited {1} s for data",
    ];

    /// <summary>Lines of one log.</summary>
    /// <param name="log">Which log.</param>
    /// <param name="first">The number of the first line in all logs.</param>
    /// <param name="once">The number of the line that has <see cref="Once"/>.</param>
    public static byte[] Create(int log, int first, int count, int once)
    {
        var text = new StringBuilder(count * 96);
        var random = new Random(first);
        for (var i = first; i < first + count; i++)
        {
            var time = DateTimeOffset.UnixEpoch.AddDays(20_000).AddMilliseconds(i * 37L);
            text.Append(CultureInfo.InvariantCulture, $"{time:yyyy-MM-dd HH:mm:ss,fff} INFO [gpu{log % 8}] ");
            if (i == once)
            {
                text.Append("device fell off the bus: ").Append(Once);
            }
            else if (i % 3 == 0)
            {
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"{Often} step {i} loss {random.NextDouble():0.000000} accuracy {random.NextDouble():0.0000}"
                );
            }
            else if (i % 50 == 1)
            {
                text.AppendFormat(
                    CultureInfo.InvariantCulture,
                    _events[random.Next(_events.Length)],
                    random.Next(100_000),
                    random.NextDouble()
                );
            }
            else
            {
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"epoch {i / 5000} step {i} loss {random.NextDouble():0.000000} grad {random.NextDouble():0.0000} {random.Next(900, 1100)} samples/s"
                );
            }

            text.Append('\n');
        }

        return Encoding.ASCII.GetBytes(text.ToString());
    }
}
