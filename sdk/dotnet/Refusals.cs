namespace Platform.Sdk;

/// <summary>Counts what can't be stored, and says so once for each name.</summary>
internal sealed class Refusals
{
    private const int MaxNotices = 100;

    private readonly HashSet<string> _said = new(StringComparer.Ordinal);
    private long _count;

    /// <summary>How many values and artifacts can't be stored.</summary>
    public long Count => Interlocked.Read(ref _count);

    public void Add(string? name, string reason)
    {
        Interlocked.Increment(ref _count);
        Say(name, reason);
    }

    /// <summary>The same for what is counted elsewhere.</summary>
    public void Say(string? name, string reason) =>
        Once(name ?? "null", $"{Values.Brief(name ?? "null")} is not stored: {reason}");

    /// <summary>Says once what was changed about something that is stored.</summary>
    public void Note(string text) => Once(text, text);

    private void Once(string key, string text)
    {
        lock (_said)
        {
            if (_said.Count > MaxNotices || !_said.Add(key))
            {
                return;
            }

            Notice.Write(_said.Count <= MaxNotices ? text : "more is not stored; further names are not listed");
        }
    }
}
