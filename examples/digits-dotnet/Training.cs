using Platform.Sdk;

namespace Digits;

/// <summary>A whole training: goes on from the newest checkpoint, logs each epoch, leaves the model in <c>outputs/</c>.</summary>
internal static class Training
{
    /// <param name="name">What its run is called when no job has named it.</param>
    /// <param name="device">What computes.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string name, string device, Options options, Network network)
    {
        if (DigitsData.Find(options.Data) is not { } file)
        {
            await Console.Error.WriteLineAsync($"There are no digits in {options.Data}.");
            return 2;
        }

        var (training, test) = DigitsData.Load(file).Split(testShare: 0.2, options.Seed);
        Console.WriteLine($"{training.Count} digits to learn from, {test.Count} to test with, on {device}");

        using var run = TrackedRun.Init(
            new TrackedRunOptions
            {
                Name = name,
                Parameters = new Dictionary<string, object?>(StringComparer.Ordinal)
                {
                    ["epochs"] = options.Epochs,
                    ["lr"] = options.LearningRate,
                    ["seed"] = options.Seed,
                    ["device"] = device,
                },
            }
        );

        var checkpoints = new Checkpoints("checkpoints");
        var trainer = new Trainer(options, network, training, test);
        var last = checkpoints.LoadNewest(network);
        if (last is not null)
        {
            trainer.EpochsDone = last.Epoch;
            // The process may have ended between the checkpoint and this; the same step and time are not stored twice.
            Track(run, last);
            Console.WriteLine($"resuming after epoch {last.Epoch} of {options.Epochs}");
        }

        while (trainer.EpochsDone < options.Epochs)
        {
            last = await trainer.TrainEpochAsync();
            checkpoints.Save(network, last);
            Track(run, last);
            Console.WriteLine(
                $"epoch {last.Epoch}/{options.Epochs}  loss {last.Loss:0.0000}  accuracy {last.Accuracy:0.0000}"
            );
        }

        Directory.CreateDirectory("outputs");
        await using (var model = File.Create(Path.Combine("outputs", "model.bin")))
        {
            network.Write(model);
        }

        run.Summary("accuracy", last!.Accuracy);
        run.Summary("loss", last.Loss);
        run.Finish();
        Console.WriteLine(
            $"done after {trainer.EpochsDone} epochs: accuracy {last.Accuracy:0.0000}, model in outputs/model.bin"
        );
        return 0;
    }

    private static void Track(TrackedRun run, EpochResult result) =>
        run.Log(
            new Dictionary<string, double>(StringComparer.Ordinal)
            {
                ["loss"] = result.Loss,
                ["accuracy"] = result.Accuracy,
            },
            step: result.Epoch,
            at: result.At
        );
}
