using System.Globalization;

namespace Digits;

/// <summary>How to train.</summary>
/// <param name="Data">The data file, or the folder that holds it.</param>
/// <param name="EpochSeconds">
/// The shortest time an epoch takes; makes a training last, to watch it or to interrupt it.
/// </param>
internal sealed record Options(string Data, int Epochs, double LearningRate, int Seed, double EpochSeconds)
{
    public static readonly string Usage = $"""
        usage: {typeof(Options).Assembly.GetName().Name} [--data FILE|FOLDER] [--epochs N] [--lr RATE] [--seed N] [--epoch-seconds S]

          --data           the digits, as CSV (inputs/optdigits)
          --epochs         passes over the data (20)
          --lr             learning rate (0.3)
          --seed           for the split, the initial weights and the order of samples (42)
          --epoch-seconds  shortest time of an epoch (0)

        Writes a checkpoint per epoch into checkpoints/ and continues from the newest; writes the model into outputs/.
        """;

    private static readonly Options Default = new("inputs/optdigits", 20, 0.3, 42, 0);

    /// <returns>Null when the arguments are invalid.</returns>
    public static Options? Parse(string[] args)
    {
        var options = Default;
        for (var i = 0; i < args.Length; i += 2)
        {
            var value = i + 1 < args.Length ? args[i + 1] : "";
            var isNumber = double.TryParse(value, CultureInfo.InvariantCulture, out var number) && number >= 0;
            var isCount = int.TryParse(value, CultureInfo.InvariantCulture, out var count) && count >= 0;
            var next = args[i] switch
            {
                "--data" when value.Length > 0 => options with { Data = value },
                "--epochs" when isCount && count > 0 => options with { Epochs = count },
                "--lr" when isNumber && number > 0 => options with { LearningRate = number },
                "--seed" when isCount => options with { Seed = count },
                "--epoch-seconds" when isNumber => options with { EpochSeconds = number },
                _ => null,
            };
            if (next is null)
            {
                return null;
            }

            options = next;
        }

        return options;
    }
}
