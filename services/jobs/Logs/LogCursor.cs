using System.Globalization;

namespace Platform.Jobs.Logs;

/// <summary>
/// The position of a follower. Its event id is the offset; for a follower of all attempts, the id also names the
/// attempt from the second one on (<c>1024@2</c>), so that it resumes in the right one.
/// </summary>
/// <param name="Attempt">The attempt whose log is read.</param>
/// <param name="Offset">The byte to continue from.</param>
/// <param name="IsPinned">True for a follower of one attempt only.</param>
internal sealed record LogCursor(int Attempt, long Offset, bool IsPinned)
{
    /// <summary>
    /// Reads where a client continues: <c>Last-Event-ID</c> of a reconnecting browser wins over <c>from</c>.
    /// </summary>
    /// <returns>Null when the id is invalid.</returns>
    public static LogCursor? Of(HttpRequest request, int attempt, bool isPinned, long? from)
    {
        var id = request.Headers["Last-Event-ID"].ToString();
        if (id.Length == 0)
        {
            return new LogCursor(attempt, from ?? 0, isPinned);
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

        return new LogCursor(isPinned ? attempt : number, offset, isPinned);
    }

    /// <summary>The text after the offset in an id.</summary>
    public string Suffix => IsPinned || Attempt == 1 ? "" : $"@{Attempt}";

    /// <summary>The beginning of the attempt after this one.</summary>
    public LogCursor Next() => new(Attempt + 1, 0, IsPinned);
}
