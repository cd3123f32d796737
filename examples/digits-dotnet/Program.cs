using Digits;

if (Options.Parse(args) is not { } options)
{
    Console.Error.WriteLine(Options.Usage);
    return 2;
}

return await Training.RunAsync("digits", device: "cpu", options, new Network(options.Seed, options.LearningRate));
