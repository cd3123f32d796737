namespace Platform.EventStore;

/// <summary>
/// The id of the request of a user that present work follows from, in whichever process: logs show it as <c>http.request.id</c>,
/// requests and messages carry it in a header, events in their metadata.
/// </summary>
public static class RequestId
{
    /// <summary>The header of requests, answers and messages.</summary>
    public const string Header = "X-Request-ID";

    /// <summary>The header of an event.</summary>
    public const string EventHeader = "request_id";

    private const int MaxLength = 128;

    private static readonly AsyncLocal<string?> _current = new();

    /// <summary>
    /// The id of what this flow of control does; null when it follows from no request. What an asynchronous method sets ends with
    /// that method.
    /// </summary>
    public static string? Current
    {
        get => _current.Value;
        set => _current.Value = value;
    }

    /// <summary>Whether somebody else's id can be used: short, and nothing but characters that are harmless in a header and in a log.</summary>
    public static bool IsValid(string? id) =>
        id is { Length: > 0 and <= MaxLength }
        && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ':');

    /// <summary>The request that an event follows from; null when it follows from none.</summary>
    public static string? Of(StoredEvent stored)
    {
        ArgumentNullException.ThrowIfNull(stored);
        return stored.Metadata.Headers?.GetValueOrDefault(EventHeader);
    }
}
