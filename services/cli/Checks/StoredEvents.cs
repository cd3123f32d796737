using Platform.Cli.Backups;
using Platform.Cli.Output;
using Platform.Contracts.Services;

namespace Platform.Cli.Checks;

/// <summary>Whether the streams of events are complete, followers are where they can be, and counts of lists are right.</summary>
internal sealed class StoredEvents(DatabaseSession database)
{
    private const string CountSum = "_count_sum";

    /// <summary>Looks at every service's schema.</summary>
    /// <param name="progress">Told which one.</param>
    public async Task<List<Check>> CheckAsync(Action<string> progress, CancellationToken cancellationToken)
    {
        var checks = new List<Check>();
        var tables = await database.TablesAsync(cancellationToken);
        foreach (var schema in ServiceCatalog.Schemas)
        {
            progress(schema);
            var names = tables
                .Where(table => table.Schema == schema)
                .Select(table => table.Name)
                .ToHashSet(StringComparer.Ordinal);
            if (!names.Contains(DatabaseSession.EventTable))
            {
                checks.Add(
                    Check.Fail(
                        schema,
                        "has no tables",
                        "Start the platform once with './platform up', which makes them."
                    )
                );
                continue;
            }

            checks.Add(await StreamsAsync(schema, cancellationToken));
            checks.Add(await FollowersAsync(schema, cancellationToken));
            foreach (var table in names.Where(name => names.Contains(name + CountSum)).Order(StringComparer.Ordinal))
            {
                checks.Add(await CountsAsync(schema, table, cancellationToken));
            }
        }

        return checks;
    }

    private async Task<Check> StreamsAsync(string schema, CancellationToken cancellationToken)
    {
        var quoted = TableName.Quote(schema);
        var (events, streams) = await OneAsync(
            $"select (select count(*) from {quoted}.mt_events), (select count(*) from {quoted}.mt_streams)",
            cancellationToken
        );
        var broken = await database.ReadAsync(
            $"""
            select coalesce(s.id, e.stream_id) as stream
            from {quoted}.mt_streams s full join (
              select stream_id, count(*) as count, min(version) as first, max(version) as last
              from {quoted}.mt_events group by stream_id) e on e.stream_id = s.id
            where s.id is null or e.stream_id is null or e.first <> 1 or e.last <> e.count or e.last <> s.version
            order by 1 limit 10
            """,
            row => row.GetString(0),
            cancellationToken
        );
        return broken.Count == 0
            ? Check.Ok(
                $"{schema} events",
                $"{Count.Of(events, "event")} of {Count.Of(streams, "stream")}, none missing"
            )
            : Check.Fail(
                $"{schema} events",
                $"events are missing in {(broken.Count == 10 ? "10 or more streams" : Count.Of(broken.Count, "stream"))}: {string.Join(", ", broken)}",
                "Restore the last backup that 'backup verify' finds whole."
            );
    }

    private async Task<Check> FollowersAsync(string schema, CancellationToken cancellationToken)
    {
        var quoted = TableName.Quote(schema);
        var ahead = await database.ReadAsync(
            $"""
            select name from {quoted}.mt_event_progression
            where last_seq_id > coalesce((select last_value from {quoted}.mt_events_sequence), 0) order by 1
            """,
            row => row.GetString(0),
            cancellationToken
        );
        return ahead.Count == 0
            ? Check.Ok($"{schema} followers", "none is ahead of the events")
            : Check.Fail(
                $"{schema} followers",
                $"{string.Join(", ", ahead)} claim events that are not there",
                "Restore the last backup that 'backup verify' finds whole."
            );
    }

    private async Task<Check> CountsAsync(string schema, string table, CancellationToken cancellationToken)
    {
        var quoted = $"{TableName.Quote(schema)}.{TableName.Quote(table)}";
        string Beside(string suffix) => $"{TableName.Quote(schema)}.{TableName.Quote(table + suffix)}";
        var (rows, counted) = await OneAsync(
            $"""
            select (select count(*) from {quoted}),
              (select coalesce(sum(count), 0)::bigint from (
                select count from {Beside(CountSum)} union all select count from {Beside("_count_change")}) c)
            """,
            cancellationToken
        );
        return rows == counted
            ? Check.Ok($"{schema} {table}", $"{Count.Of(rows, "row")}, counted as many")
            : Check.Fail(
                $"{schema} {table}",
                $"{Count.Of(rows, "row")}, but counted {counted}",
                $"Run './platform rebuild {schema}'."
            );
    }

    private async Task<(long First, long Second)> OneAsync(string sql, CancellationToken cancellationToken) =>
        (await database.ReadAsync(sql, row => (row.GetInt64(0), row.GetInt64(1)), cancellationToken))[0];
}
