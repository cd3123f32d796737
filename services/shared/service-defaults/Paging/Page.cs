using Npgsql;

namespace Platform.ServiceDefaults;

/// <summary>One page of a list.</summary>
/// <param name="Items">The rows.</param>
/// <param name="NextCursor">What to send as <c>cursor</c> for the next page; null on the last.</param>
/// <param name="Total">How many rows the filter matches over all pages.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor, long Total);

/// <summary>Reads pages from a database.</summary>
public static class Page
{
    /// <summary>Executes the two commands of a list: how many rows there are, and the rows of the page with one more.</summary>
    /// <param name="batch">Both commands; the second asks for <paramref name="limit"/> and one more rows, which tells whether a page follows.</param>
    /// <param name="limit">How many rows the page has at most.</param>
    /// <param name="read">Reads a row.</param>
    /// <param name="cursor">The cursor after a row, which the reader still stands on.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    public static async Task<Page<T>> ReadAsync<T>(
        NpgsqlBatch batch,
        int limit,
        Func<NpgsqlDataReader, T> read,
        Func<NpgsqlDataReader, T, string> cursor,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(read);
        ArgumentNullException.ThrowIfNull(cursor);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var total = reader.GetInt64(0);
        await reader.NextResultAsync(cancellationToken);
        var items = new List<T>();
        string? next = null;
        while (await reader.ReadAsync(cancellationToken))
        {
            if (items.Count == limit)
            {
                return new Page<T>(items, next, total);
            }

            items.Add(read(reader));
            if (items.Count == limit)
            {
                next = cursor(reader, items[^1]);
            }
        }

        return new Page<T>(items, NextCursor: null, total);
    }
}
