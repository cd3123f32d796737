using System.Collections.Concurrent;

namespace Platform.Messaging.Tests;

/// <summary>Messages in the order they came.</summary>
internal sealed class Recorder<T>
{
    private readonly ConcurrentQueue<T> _seen = new();

    public IReadOnlyList<T> Seen => [.. _seen];

    public void Add(T message) => _seen.Enqueue(message);
}
