using System.Runtime.CompilerServices;
using NpgsqlTypes;
using Platform.ServiceDefaults;
using Platform.Tracking.Browsing;

namespace Platform.Tracking.Exporting;

/// <summary>Finds the runs of a project that are exported, those that were created first first: a run comes after what it is a part of.</summary>
internal sealed class ExportedRuns(TrackingStore store)
{
    private const int PageSize = 1000;

    /// <summary>Those that are not in the recycle bin.</summary>
    /// <param name="exact">Without those of projects below it.</param>
    public async IAsyncEnumerable<string> FindAsync(
        string project,
        bool exact,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var (at, last) = (DateTimeOffset.MinValue, "");
        while (true)
        {
            var page = await ReadPageAsync(project, exact, at, last, cancellationToken);
            foreach (var (id, _) in page)
            {
                yield return id;
            }

            if (page.Count < PageSize)
            {
                yield break;
            }

            (last, at) = page[^1];
        }
    }

    private async Task<List<(string Id, DateTimeOffset At)>> ReadPageAsync(
        string project,
        bool exact,
        DateTimeOffset after,
        string afterId,
        CancellationToken cancellationToken
    )
    {
        await using var command = store.DataSource.CreateCommand(
            $"""
            select r.id, r.created_at from run r
            where not r.is_deleted
              and (r.project collate "C" = $1
                or not $2 and {ProjectSql.Below("r.project", "$1")})
              and (r.created_at, r.id) > ($3, $4)
            order by r.created_at, r.id limit {PageSize}
            """
        );
        command.Parameters.Add(new() { Value = project });
        command.Parameters.Add(new() { Value = exact });
        command.Parameters.Add(new() { Value = after, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        command.Parameters.Add(new() { Value = afterId });
        var page = new List<(string, DateTimeOffset)>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            page.Add((reader.GetString(0), reader.Value<DateTimeOffset>("created_at")));
        }

        return page;
    }
}
