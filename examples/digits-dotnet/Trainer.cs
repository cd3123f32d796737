using System.Diagnostics;

namespace Digits;

/// <summary>The result of one epoch.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="Loss">The mean over the epoch's samples.</param>
/// <param name="Accuracy">The share of test digits that are classified correctly.</param>
internal sealed record EpochResult(int Epoch, double Loss, double Accuracy, DateTimeOffset At);

/// <summary>Stochastic gradient descent. The order of samples depends on the seed and the epoch only, so resuming changes nothing.</summary>
internal sealed class Trainer(Options options, Network network, DigitsData training, DigitsData test)
{
    private const int BatchSize = 16;

    public int EpochsDone { get; set; }

    public async Task<EpochResult> TrainEpochAsync()
    {
        var watch = Stopwatch.StartNew();
        var epoch = EpochsDone + 1;
        var order = Enumerable.Range(0, training.Count).ToArray();
        new Random(unchecked(options.Seed * 7919 + epoch)).Shuffle(order);

        var loss = order.Chunk(BatchSize).Sum(batch => network.Learn(training, batch));
        var right = network.CountRight(test);
        var rest = TimeSpan.FromSeconds(options.EpochSeconds) - watch.Elapsed;
        if (rest > TimeSpan.Zero)
        {
            await Task.Delay(rest);
        }

        EpochsDone = epoch;
        return new EpochResult(
            epoch,
            loss / training.Count,
            (double)right / test.Count,
            TimeProvider.System.GetUtcNow()
        );
    }
}
