using System.Text;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Digits;

/// <summary>Pixels → 128 rectified neurons → the scores of ten digits.</summary>
internal sealed class Network : IDisposable
{
    private const int Hidden = 128;

    private readonly Device _device;
    private readonly Sequential _layers;
    private readonly optim.Optimizer _optimizer;

    public Network(int seed, double learningRate, Device device)
    {
        random.manual_seed(seed);
        // Sixteen samples are too few to share: threads that wait for each other take ten times the processor's time.
        set_num_threads(1);
        _device = device;
        _layers = nn.Sequential(nn.Linear(DigitsData.Pixels, Hidden), nn.ReLU(), nn.Linear(Hidden, DigitsData.Classes))
            .to(device);
        // It keeps nothing from step to step, so that the weights are all that a checkpoint needs.
        _optimizer = optim.SGD(_layers.parameters(), learningRate);
    }

    /// <summary>One step of gradient descent.</summary>
    /// <param name="digits">What to learn from.</param>
    /// <param name="batch">Which of them.</param>
    /// <returns>The sum of the samples' losses.</returns>
    public double Learn(DigitsData digits, int[] batch)
    {
        using var scope = NewDisposeScope();
        var (images, labels) = ToTensors(digits, batch);
        var loss = nn.functional.cross_entropy(_layers.forward(images), labels);
        _optimizer.zero_grad();
        loss.backward();
        _optimizer.step();
        return loss.item<float>() * batch.Length;
    }

    /// <summary>How many digits it reads right.</summary>
    public int CountRight(DigitsData digits)
    {
        using var scope = NewDisposeScope();
        using var withoutGradients = no_grad();
        var (images, labels) = ToTensors(digits, [.. Enumerable.Range(0, digits.Count)]);
        return (int)_layers.forward(images).argmax(dim: 1).eq(labels).sum().item<long>();
    }

    /// <summary>Weights and biases in TorchSharp's format, which <c>exportsd.py</c> reads in Python.</summary>
    public void Write(Stream stream)
    {
        // Given the stream itself, TorchSharp would close it.
        using var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
        _layers.save(writer);
    }

    public void Read(Stream stream)
    {
        using var reader = new BinaryReader(stream, Encoding.UTF8, leaveOpen: true);
        _layers.load(reader);
    }

    public void Dispose()
    {
        _optimizer.Dispose();
        _layers.Dispose();
    }

    private (Tensor Images, Tensor Labels) ToTensors(DigitsData digits, int[] indexes) =>
        (
            tensor(indexes.SelectMany(digits.Image).ToArray(), [indexes.Length, DigitsData.Pixels], device: _device),
            tensor(Array.ConvertAll(indexes, i => (long)digits.Label(i)), device: _device)
        );
}
