using NpgsqlTypes;
using Platform.EventStore;

namespace Platform.Tracking.Browsing;

/// <summary>Reads how many runs with each status projects have, from the counts that triggers keep.</summary>
internal sealed class PathCounts(TrackingStore store)
{
    /// <summary>Those of projects that have runs.</summary>
    /// <param name="below">Only projects below this path; all when null.</param>
    /// <param name="isDeleted">Of runs in the recycle bin instead of the others.</param>
    public async Task<List<ProjectCount>> ReadAsync(string? below, bool isDeleted, CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand(
            $"""
            select r.project, r.status, sum(r.count)::bigint as count from run_count r
            where r.is_deleted = $1 and r.project <> ''
              and ($2 is null or {ProjectSql.Below("r.project", "$2")})
            group by 1, 2
            """
        );
        command.Parameters.Add(new() { Value = isDeleted });
        command.Parameters.Add(SqlParameters.Of(below, NpgsqlDbType.Text));
        var counts = new List<ProjectCount>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            counts.Add(new ProjectCount(reader.GetString(0), reader.GetString(1), reader.GetInt64(2)));
        }

        return counts;
    }
}
