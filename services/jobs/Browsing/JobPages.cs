using Platform.ServiceDefaults;

namespace Platform.Jobs.Browsing;

/// <summary>Pages of jobs, filtered and sorted.</summary>
internal sealed class JobPages(JobsStore store)
{
    /// <param name="filter">What the total counts.</param>
    /// <param name="after">The filter, and that rows come after the last one of the page before.</param>
    /// <param name="offset">How many rows to skip.</param>
    public async Task<Page<JobItem>> ReadAsync(
        JobFilter filter,
        JobFilter after,
        JobSort sort,
        int limit,
        int offset,
        CancellationToken cancellationToken
    )
    {
        await using var batch = store.DataSource.CreateBatch();
        batch.BatchCommands.Add(filter.Command(where => $"select count(*) from job_summary s {where}"));
        batch.BatchCommands.Add(
            after.Command(where =>
                $"select {JobReader.ItemColumns}, {sort.Expression} from {JobReader.ItemTables} {where} {sort.OrderBy} limit {limit + 1} offset {offset}"
            )
        );
        return await Page.ReadAsync(
            batch,
            limit,
            JobReader.ReadItem,
            (row, last) => sort.Cursor(row.GetValue(row.FieldCount - 1), last.Id),
            cancellationToken
        );
    }
}
