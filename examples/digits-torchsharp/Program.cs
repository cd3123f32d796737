using Digits;
using TorchSharp;

if (Options.Parse(args) is not { } options)
{
    Console.Error.WriteLine(Options.Usage);
    return 2;
}

if (Libtorch.Load() is { } missing)
{
    Console.Error.WriteLine(missing);
    return 1;
}

var device = torch.cuda.is_available() ? torch.CUDA : torch.CPU;
using var network = new Network(options.Seed, options.LearningRate, device);
return await Training.RunAsync("digits-torchsharp", $"{device}", options, network);
