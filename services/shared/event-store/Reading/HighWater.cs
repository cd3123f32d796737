namespace Platform.EventStore;

/// <summary>
/// Up to where this process knows every sequence number to be decided: stored, or never to be stored. A reader must take
/// the value before it reads rows, because a row may be stored and the mark pass it between the two.
/// </summary>
internal sealed class HighWater
{
    private long _mark;

    public long Mark => Interlocked.Read(ref _mark);

    public void RaiseTo(long sequence)
    {
        for (var seen = Mark; sequence > seen; )
        {
            var before = Interlocked.CompareExchange(ref _mark, sequence, seen);
            if (before == seen)
            {
                return;
            }

            seen = before;
        }
    }
}
