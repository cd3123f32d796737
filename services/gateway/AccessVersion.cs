namespace Platform.Gateway;

/// <summary>
/// Counts the changes of who may sign in that this process has stored. What was looked up before such a change is looked up again
/// after it.
/// </summary>
internal sealed class AccessVersion
{
    private long _value;

    public long Value => Interlocked.Read(ref _value);

    public void Raise() => Interlocked.Increment(ref _value);
}
