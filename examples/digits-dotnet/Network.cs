using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Digits;

/// <summary>A layer of neurons: <c>outputs = weights · inputs + biases</c>.</summary>
internal sealed class Layer(int inputs, int outputs)
{
    private readonly float[] _weights = new float[inputs * outputs];
    private readonly float[] _biases = new float[outputs];
    private readonly float[] _weightGradients = new float[inputs * outputs];
    private readonly float[] _biasGradients = new float[outputs];

    /// <summary>Random weights, scaled for rectified units (He initialization).</summary>
    public void Initialize(Random random)
    {
        var scale = MathF.Sqrt(2f / inputs);
        for (var i = 0; i < _weights.Length; i++)
        {
            // The sum of twelve uniform numbers is close to normal.
            var sum = 0f;
            for (var k = 0; k < 12; k++)
            {
                sum += random.NextSingle();
            }

            _weights[i] = (sum - 6) * scale;
        }
    }

    public void Forward(ReadOnlySpan<float> input, Span<float> output)
    {
        for (var o = 0; o < outputs; o++)
        {
            output[o] = TensorPrimitives.Dot(input, Row(_weights, o)) + _biases[o];
        }
    }

    /// <summary>Adds one sample's gradients, and computes the error of the previous layer.</summary>
    public void Backward(ReadOnlySpan<float> input, ReadOnlySpan<float> error, Span<float> inputError)
    {
        inputError.Clear();
        for (var o = 0; o < outputs; o++)
        {
            var gradients = Row(_weightGradients, o);
            TensorPrimitives.MultiplyAdd(input, error[o], gradients, gradients);
            TensorPrimitives.MultiplyAdd(Row(_weights, o), error[o], inputError, inputError);
            _biasGradients[o] += error[o];
        }
    }

    /// <summary>Applies the accumulated gradients and clears them.</summary>
    public void Step(float rate)
    {
        TensorPrimitives.MultiplyAdd(_weightGradients, -rate, _weights, _weights);
        TensorPrimitives.MultiplyAdd(_biasGradients, -rate, _biases, _biases);
        _weightGradients.AsSpan().Clear();
        _biasGradients.AsSpan().Clear();
    }

    public void Write(Stream stream)
    {
        stream.Write(MemoryMarshal.AsBytes(_weights.AsSpan()));
        stream.Write(MemoryMarshal.AsBytes(_biases.AsSpan()));
    }

    public void Read(Stream stream)
    {
        stream.ReadExactly(MemoryMarshal.AsBytes(_weights.AsSpan()));
        stream.ReadExactly(MemoryMarshal.AsBytes(_biases.AsSpan()));
    }

    private Span<float> Row(float[] matrix, int output) => matrix.AsSpan(output * inputs, inputs);
}

/// <summary>Pixels → 128 rectified neurons → the probabilities of ten digits.</summary>
internal sealed class Network
{
    private const int Hidden = 128;

    private readonly Layer _first = new(DigitsData.Pixels, Hidden);
    private readonly Layer _second = new(Hidden, DigitsData.Classes);
    private readonly float[] _hidden = new float[Hidden];
    private readonly float[] _output = new float[DigitsData.Classes];
    private readonly float[] _hiddenError = new float[Hidden];
    private readonly float[] _pixelError = new float[DigitsData.Pixels];
    private readonly double _learningRate;

    public Network(int seed, double learningRate)
    {
        _learningRate = learningRate;
        var random = new Random(seed);
        _first.Initialize(random);
        _second.Initialize(random);
    }

    /// <summary>One step of gradient descent.</summary>
    /// <param name="digits">What to learn from.</param>
    /// <param name="batch">Which of them.</param>
    /// <returns>The sum of the samples' losses.</returns>
    public double Learn(DigitsData digits, int[] batch)
    {
        var loss = batch.Sum(i => Gather(digits.Image(i), digits.Label(i)));
        var rate = (float)(_learningRate / batch.Length);
        _first.Step(rate);
        _second.Step(rate);
        return loss;
    }

    /// <summary>How many digits it reads right.</summary>
    public int CountRight(DigitsData digits) =>
        Enumerable.Range(0, digits.Count).Count(i => Predict(digits.Image(i)) == digits.Label(i));

    /// <summary>Weights and biases, layer by layer, as little-endian floats.</summary>
    public void Write(Stream stream)
    {
        _first.Write(stream);
        _second.Write(stream);
    }

    public void Read(Stream stream)
    {
        _first.Read(stream);
        _second.Read(stream);
    }

    /// <summary>The most probable digit.</summary>
    private int Predict(ReadOnlySpan<float> image)
    {
        Forward(image);
        return TensorPrimitives.IndexOfMax<float>(_output);
    }

    /// <summary>Accumulates one sample's gradients.</summary>
    /// <returns>The sample's loss: minus the logarithm of the right digit's probability.</returns>
    private double Gather(ReadOnlySpan<float> image, int label)
    {
        Forward(image);
        var loss = -Math.Log(Math.Max(_output[label], 1e-9f));

        // The derivative of softmax with cross entropy: probability minus truth.
        _output[label] -= 1;
        _second.Backward(_hidden, _output, _hiddenError);
        for (var i = 0; i < Hidden; i++)
        {
            if (_hidden[i] <= 0)
            {
                _hiddenError[i] = 0;
            }
        }

        _first.Backward(image, _hiddenError, _pixelError);
        return loss;
    }

    private void Forward(ReadOnlySpan<float> image)
    {
        _first.Forward(image, _hidden);
        TensorPrimitives.Max(_hidden, 0f, _hidden);
        _second.Forward(_hidden, _output);
        TensorPrimitives.SoftMax(_output, _output);
    }
}
