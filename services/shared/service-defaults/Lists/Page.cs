namespace Platform.ServiceDefaults;

/// <summary>One page of a list.</summary>
/// <param name="Items">The rows.</param>
/// <param name="NextCursor">What to send as <c>cursor</c> for the next page; null on the last.</param>
/// <param name="Total">
/// How many rows the filter matches over all pages; null when it would have to be counted, which <c>total=exact</c> and
/// <c>HEAD</c> do.
/// </param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor, long? Total);
