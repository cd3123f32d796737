using Npgsql;

namespace Platform.ServiceDefaults;

/// <summary>Counts of rows as gauges.</summary>
public static class GroupedCounts
{
    /// <summary>Makes one value of each row (group, count) that a query gives.</summary>
    /// <param name="tag">The label that names the group.</param>
    /// <param name="groups">Groups that are shown as 0 when no row has them, so that a series does not come and go.</param>
    public static async Task<IReadOnlyList<GaugeValue>> CountAsync(
        this Gauge gauge,
        NpgsqlDataSource source,
        string sql,
        string tag,
        IEnumerable<string> groups,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(source);
        var counts = groups.ToDictionary(group => group, _ => 0L, StringComparer.Ordinal);
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            counts[reader.GetString(0)] = reader.GetInt64(1);
        }

        return
        [
            .. counts.Select(count => new GaugeValue(
                gauge,
                count.Value,
                KeyValuePair.Create<string, object?>(tag, count.Key)
            )),
        ];
    }
}
