using Npgsql;

namespace Platform.ServiceDefaults;

/// <summary>
/// Finds rows of a list by indexes that the list's own query does not use: those of other tables. The list then reads, checks and orders
/// what was found.
/// </summary>
public interface IListFinder
{
    /// <summary>Finds the rows of a page, or few rows among which they are; null where the list's own query is as quick.</summary>
    Task<FoundRows?> FindAsync(
        NpgsqlDataSource source,
        ListFilter filter,
        ListPage page,
        CancellationToken cancellationToken
    );

    /// <summary>Counts the rows that a filter matches; null where the list's own query is as quick.</summary>
    Task<long?> CountAsync(NpgsqlDataSource source, ListFilter filter, CancellationToken cancellationToken);
}

/// <summary>Which page is asked for.</summary>
/// <param name="Sort">What the client sorts by, without its <c>-</c>.</param>
/// <param name="Limit">How many rows it has at most.</param>
/// <param name="Offset">How many rows to skip.</param>
/// <param name="After">The sort columns and keys of the row before it; null for none.</param>
public sealed record ListPage(string Sort, bool IsDescending, int Limit, long Offset, IReadOnlyList<object>? After);

/// <summary>What was found.</summary>
/// <param name="Condition">SQL that only these rows fulfil.</param>
/// <param name="HasMore">Null: all rows of the list are among them. Otherwise they are those of the page, and whether others follow.</param>
/// <param name="Total">How many rows the list has, where that is known.</param>
public sealed record FoundRows(Func<Func<object, string>, string> Condition, bool? HasMore, long? Total = null);
