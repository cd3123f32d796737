using System.Data.Common;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Platform.ServiceDefaults;

/// <summary>An order that is not one of a few known columns.</summary>
/// <param name="name">What the client sorts by, without its <c>-</c>.</param>
/// <param name="parameter">Turns a value into a parameter.</param>
/// <returns>The columns, which are never null and all go in the direction that is asked for; null when there is no such order.</returns>
public delegate IReadOnlyList<ListColumn>? ListSorts(string name, bool isDescending, Func<object, string> parameter);

/// <summary>
/// A list over a table: what it may be sorted by, how its pages and totals are read. The page's keys are found first, from an
/// index, and the rest of its rows is read for them alone. Places in the second half of the list are counted from its end.
/// </summary>
/// <typeparam name="TRow">A row as the API shows it.</typeparam>
public sealed class ListDefinition<TRow>
{
    /// <summary>From here on, it is worth knowing the total before the page is read.</summary>
    private const int FarOffset = 1000;

    /// <summary>The table with its alias, which the other parts of SQL use: <c>job_summary s</c>.</summary>
    public required string Table { get; init; }

    /// <summary>The columns that <see cref="Read"/> reads by name.</summary>
    public required string Columns { get; init; }

    /// <summary>Joins that add to a row without changing which rows there are.</summary>
    public string Joins { get; init; } = "";

    /// <summary>Columns of the table that tell rows apart; they end every order.</summary>
    public required IReadOnlyList<ListColumn> Keys { get; init; }

    /// <summary>What the list may be sorted by. Each has an index with the keys.</summary>
    public required IReadOnlyDictionary<string, ListColumn> Sorts { get; init; }

    /// <summary>What else the list may be sorted by, which no index has; null for nothing.</summary>
    public ListSorts? MoreSorts { get; init; }

    /// <summary>How those orders are written, for a refusal that names what there is, such as <c>metrics.&lt;key&gt;</c>.</summary>
    public IReadOnlyList<string> MoreSortNames { get; init; } = [];

    /// <summary>The order of a query without one, such as <c>-submittedAt</c>.</summary>
    public required string DefaultSort { get; init; }

    /// <summary>How many rows a page has when the query does not say.</summary>
    public int DefaultLimit { get; init; } = 50;

    /// <summary>The counts of the table under the same alias (<see cref="ListCounts"/>); null when counting rows is quick.</summary>
    public string? Counts { get; init; }

    /// <summary>Reads a row.</summary>
    public required Func<DbDataReader, TRow> Read { get; init; }

    /// <summary>Answers a query: 400 when something of it is not allowed, the total alone for <c>HEAD</c>, otherwise a page.</summary>
    /// <param name="filter">Which rows; with what was wrong about them.</param>
    /// <param name="finder">What finds them where the list's own query is slow.</param>
    public async Task<ListResult<TRow>> AnswerAsync(
        NpgsqlDataSource source,
        ListQuery query,
        ListFilter filter,
        HttpRequest request,
        CancellationToken cancellationToken,
        IListFinder? finder = null
    )
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentNullException.ThrowIfNull(request);
        var place = ListPlace.Of(query, filter, Sorts, (MoreSorts, MoreSortNames), Keys, DefaultSort, DefaultLimit);
        if (filter.Errors.Count > 0)
        {
            return new ListResult<TRow>(ProblemResults.Invalid(filter.Errors));
        }

        if (HttpMethods.IsHead(request.Method))
        {
            return new ListResult<TRow>(await CountAsync(source, filter, finder, cancellationToken));
        }

        return new ListResult<TRow>(
            finder is not null && await finder.FindAsync(source, filter, place.ToPage(), cancellationToken) is { } found
                ? await ReadFoundAsync(source, filter, place, found, finder, cancellationToken)
                : await ReadAsync(source, filter, place, cancellationToken)
        );
    }

    /// <summary>Reads rows that are known; the filter holds for them, unless they changed in between.</summary>
    private async Task<Page<TRow>> ReadFoundAsync(
        NpgsqlDataSource source,
        ListFilter filter,
        ListPlace place,
        FoundRows found,
        IListFinder finder,
        CancellationToken cancellationToken
    )
    {
        var narrowed = filter.Copy();
        narrowed.Add(found.Condition);
        if (found.HasMore is not { } hasMore)
        {
            var few = await ReadRowsAsync(source, narrowed, place, CountSql(narrowed), cancellationToken);
            return few.ToPage(place, few.Total);
        }

        var total =
            found.Total is null && place.WantsTotal && !filter.IsCounted
                ? await CountAsync(source, filter, finder, cancellationToken)
                : found.Total;
        var countSql = total is null && filter.IsCounted ? CountSql(filter) : null;
        var rows = await ReadRowsAsync(source, narrowed, place.AtStart(), countSql, cancellationToken);
        return rows.ToPage(place, total ?? rows.Total ?? (hasMore ? null : rows.KnownTotal(place)), hasMore);
    }

    private async Task<Page<TRow>> ReadAsync(
        NpgsqlDataSource source,
        ListFilter filter,
        ListPlace place,
        CancellationToken cancellationToken
    )
    {
        if (place.Offset > FarOffset)
        {
            var total = await CountAsync(source, filter, cancellationToken);
            return total / 2 < place.Offset
                ? await ReadFromEndAsync(source, filter, place, total, cancellationToken)
                : (await ReadRowsAsync(source, filter, place, countSql: null, cancellationToken)).ToPage(place, total);
        }

        var countSql = filter.IsCounted || Counts is null || place.WantsTotal ? CountSql(filter) : null;
        var rows = await ReadRowsAsync(source, filter, place, countSql, cancellationToken);
        return rows.ToPage(place, rows.Total ?? rows.KnownTotal(place));
    }

    /// <summary>Reads backwards, which skips less.</summary>
    private async Task<Page<TRow>> ReadFromEndAsync(
        NpgsqlDataSource source,
        ListFilter filter,
        ListPlace place,
        long total,
        CancellationToken cancellationToken
    )
    {
        var count = (int)Math.Min(place.Limit, total - place.Offset);
        if (count <= 0)
        {
            return new Page<TRow>([], NextCursor: null, total);
        }

        var fromEnd = place.Reversed(total - place.Offset - count, count);
        var rows = await ReadRowsAsync(source, filter, fromEnd, countSql: null, cancellationToken);
        rows.Reverse();
        return rows.ToPage(place, total, hasMore: place.Offset + count < total);
    }

    private async Task<long> CountAsync(
        NpgsqlDataSource source,
        ListFilter filter,
        IListFinder? finder,
        CancellationToken cancellationToken
    ) =>
        !filter.IsCounted
        && finder is not null
        && await finder.CountAsync(source, filter, cancellationToken) is { } count
            ? count
            : await CountAsync(source, filter, cancellationToken);

    private async Task<long> CountAsync(NpgsqlDataSource source, ListFilter filter, CancellationToken cancellationToken)
    {
        await using var batch = source.CreateBatch();
        batch.BatchCommands.Add(filter.Command(CountSql(filter)));
        return (long)(await batch.ExecuteScalarAsync(cancellationToken))!;
    }

    private string CountSql(ListFilter filter) =>
        filter.IsCounted && Counts is not null
            ? $"select coalesce(sum(count), 0)::bigint from {Counts} {filter.Where}"
            : $"select count(*) from {Table} {filter.Where}";

    private async Task<ListRows<TRow>> ReadRowsAsync(
        NpgsqlDataSource source,
        ListFilter filter,
        ListPlace place,
        string? countSql,
        CancellationToken cancellationToken
    )
    {
        await using var batch = source.CreateBatch();
        if (countSql is not null)
        {
            batch.BatchCommands.Add(filter.Command(countSql));
        }

        batch.BatchCommands.Add(PageCommand(filter, place));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var rows = new ListRows<TRow>();
        if (countSql is not null)
        {
            await reader.ReadAsync(cancellationToken);
            rows.Total = reader.GetInt64(0);
            await reader.NextResultAsync(cancellationToken);
        }

        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(Read(reader), place.ReadKey(reader));
        }

        return rows;
    }

    private NpgsqlBatchCommand PageCommand(ListFilter filter, ListPlace place)
    {
        var bounded = filter.Copy();
        place.AddTo(bounded);
        var keys = Keys.Select((key, i) => (key.Sql, Name: string.Create(CultureInfo.InvariantCulture, $"list_key{i}")))
            .ToList();
        var sorts = place
            .Sorting.Select((sort, i) => (sort.Sql, Name: string.Create(CultureInfo.InvariantCulture, $"list_sort{i}")))
            .ToList();
        var order = place.IsDescending ? " desc" : "";
        return bounded.Command(
            $"""
            with page as materialized (
              select {string.Join(", ", sorts.Concat(keys).Select(column => $"{column.Sql} as {column.Name}"))}
              from {Table} {bounded.Where}
              order by {string.Join(", ", sorts.Concat(keys).Select(column => column.Sql + order))}
              limit {place.Limit + 1} offset {place.Offset})
            select {Columns}, {string.Join(", ", sorts.Concat(keys).Select(column => column.Name))}
            from page join {Table} on {string.Join(" and ", keys.Select(key => $"{key.Sql} = {key.Name}"))} {Joins}
            order by {string.Join(", ", sorts.Concat(keys).Select(column => column.Name + order))}
            """
        );
    }
}
