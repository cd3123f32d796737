namespace Platform.Tracking.Runs;

/// <summary>Which run is a part of which. A run is never a part of itself, also not by way of others.</summary>
internal sealed class RunParents(TrackingStore store)
{
    /// <summary>More levels than runs are nested in; what goes on beyond them is taken for a circle.</summary>
    private const int MaxDepth = 1000;

    /// <summary>Whether a run would become a part of itself below a parent.</summary>
    /// <param name="planned">Parents of runs that are to be stored, which count before those that are; null for none.</param>
    public async Task<bool> IsCircleAsync(
        string id,
        string parent,
        IReadOnlyDictionary<string, string?>? planned,
        CancellationToken cancellationToken
    )
    {
        var next = parent;
        for (var depth = 0; depth < MaxDepth; depth++)
        {
            if (string.Equals(next, id, StringComparison.Ordinal))
            {
                return true;
            }

            var above = planned?.TryGetValue(next, out var known) is true
                ? known
                : await FindParentAsync(next, cancellationToken);
            if (above is null)
            {
                return false;
            }

            next = above;
        }

        return true;
    }

    private async Task<string?> FindParentAsync(string id, CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand("select parent_id from run where id = $1");
        command.Parameters.Add(new() { Value = id });
        return await command.ExecuteScalarAsync(cancellationToken) as string;
    }
}
