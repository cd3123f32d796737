using System.Globalization;

namespace Platform.Jobs.Logs;

/// <summary>
/// Where a follower stands. Its id in the stream of events is the offset; a follower that goes on from attempt to attempt
/// says the attempt too once that is not the first (<c>1024@2</c>), so that it resumes in the right one.
/// </summary>
/// <param name="Attempt">The attempt whose log is read.</param>
/// <param name="Offset">The byte to go on from.</param>
/// <param name="IsPinned">True for a follower of one attempt only.</param>
internal sealed record LogPlace(int Attempt, long Offset, bool IsPinned)
{
    /// <summary>Reads where a client wants to go on: <c>Last-Event-ID</c> of a browser that reconnects wins over <c>from</c>.</summary>
    /// <returns>Null when the id is none of ours.</returns>
    public static LogPlace? Of(HttpRequest request, int attempt, bool isPinned, long? from)
    {
        var id = request.Headers["Last-Event-ID"].ToString();
        if (id.Length == 0)
        {
            return new LogPlace(attempt, from ?? 0, isPinned);
        }

        var at = id.IndexOf('@', StringComparison.Ordinal);
        var number = isPinned ? attempt : 1;
        if (
            !long.TryParse(at < 0 ? id : id[..at], NumberStyles.None, CultureInfo.InvariantCulture, out var offset)
            || (at >= 0 && !int.TryParse(id[(at + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out number))
            || number < 1
        )
        {
            return null;
        }

        return new LogPlace(isPinned ? attempt : number, offset, isPinned);
    }

    /// <summary>What follows the offset in an id.</summary>
    public string Suffix => IsPinned || Attempt == 1 ? "" : $"@{Attempt}";

    /// <summary>The beginning of the attempt after this one.</summary>
    public LogPlace Next() => new(Attempt + 1, 0, IsPinned);
}
