using Platform.ServiceDefaults;

namespace Platform.Tracking.Browsing;

/// <summary>Pages of runs, filtered and sorted.</summary>
internal sealed class RunPages(TrackingStore store)
{
    /// <param name="after">Only rows after this place; null for the first page.</param>
    /// <param name="offset">How many rows to skip.</param>
    /// <returns>At most <paramref name="limit"/> runs; the total counts all that match the filter.</returns>
    public async Task<Page<RunView>> ReadAsync(
        RunFilter filter,
        RunSort sort,
        int limit,
        RunPosition? after,
        int offset,
        CancellationToken cancellationToken
    )
    {
        await using var batch = store.DataSource.CreateBatch();
        batch.BatchCommands.Add(filter.Command($"select count(*) from run r where {filter.Sql}"));
        var next = after is null
            ? ""
            : $"and ({sort.Column}, r.id) {sort.Later} (${filter.Count + 1}, ${filter.Count + 2})";
        var page = filter.Command(
            $"""
            select {RunReader.Columns}, {sort.Column} from {RunReader.From} where {filter.Sql} {next}
            order by {sort.Column} {sort.Direction}, r.id {sort.Direction} limit {limit + 1} offset {offset}
            """
        );
        if (after is not null)
        {
            page.Parameters.Add(new() { Value = after.Key });
            page.Parameters.Add(new() { Value = after.Id });
        }

        batch.BatchCommands.Add(page);
        return await Page.ReadAsync(
            batch,
            limit,
            RunReader.Read,
            (row, last) => sort.WriteCursor(new RunPosition(row.GetValue(row.FieldCount - 1), last.Id)),
            cancellationToken
        );
    }
}
