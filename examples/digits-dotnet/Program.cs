using Digits;
using Platform.Sdk;

var options = Options.Parse(args);
if (options is null)
{
    Console.Error.WriteLine(Options.Usage);
    return 2;
}

if (DigitsData.Find(options.Data) is not { } file)
{
    Console.Error.WriteLine($"No data file was found at {options.Data}.");
    return 2;
}

var (training, test) = DigitsData.Load(file).Split(testShare: 0.2, options.Seed);
Console.WriteLine($"{training.Count} digits for training, {test.Count} for testing");

using var run = TrackedRun.Init(
    new TrackedRunOptions
    {
        Name = "digits",
        Parameters = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["epochs"] = options.Epochs,
            ["lr"] = options.LearningRate,
            ["seed"] = options.Seed,
        },
    }
);

var checkpoints = new Checkpoints("checkpoints");
var trainer = new Trainer(options, training, test);
var last = checkpoints.LoadNewest(trainer.Network);
if (last is not null)
{
    trainer.EpochsDone = last.Epoch;
    // The process may have ended between the checkpoint and this; the same step and time are not stored twice.
    Track(last);
    Console.WriteLine($"resuming after epoch {last.Epoch} of {options.Epochs}");
}

while (trainer.EpochsDone < options.Epochs)
{
    last = await trainer.TrainEpochAsync();
    checkpoints.Save(trainer.Network, last);
    Track(last);
    Console.WriteLine($"epoch {last.Epoch}/{options.Epochs}  loss {last.Loss:0.0000}  accuracy {last.Accuracy:0.0000}");
}

Directory.CreateDirectory("outputs");
trainer.Network.Save(Path.Combine("outputs", "model.bin"));
run.Summary("accuracy", last!.Accuracy);
run.Summary("loss", last.Loss);
run.Finish();
Console.WriteLine(
    $"done after {trainer.EpochsDone} epochs: accuracy {last.Accuracy:0.0000}, model in outputs/model.bin"
);
return 0;

void Track(EpochResult result) =>
    run.Log(
        new Dictionary<string, double>(StringComparer.Ordinal)
        {
            ["loss"] = result.Loss,
            ["accuracy"] = result.Accuracy,
        },
        step: result.Epoch,
        at: result.At
    );
