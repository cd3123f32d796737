using System.Globalization;
using Npgsql;
using Platform.EventStore;
using Platform.Jobs.Logs;
using Platform.ServiceDefaults;

namespace Platform.Jobs.LogSearch;

/// <summary>An indexed range, as searches read it.</summary>
/// <param name="End">Greater than the place of each of its lines.</param>
/// <param name="GroupId">The group that has the signature of its bucket; null when the bucket still has it.</param>
internal sealed record IndexedRange(LogRange Range, LogPlace End, long BucketId, long? GroupId, int Slot);

/// <summary>The indexed ranges that may have lines with all terms, from the end of all logs to their beginning.</summary>
/// <param name="filter">Which jobs: conditions on <c>s</c> (job_summary).</param>
/// <param name="before">Lines from there on are not wanted.</param>
/// <param name="since">Lines that were stored before are not wanted; null for none.</param>
internal sealed class LogCandidates(
    NpgsqlConnection connection,
    ListFilter filter,
    LogTerms terms,
    LogPlace before,
    DateTimeOffset? since
)
{
    /// <summary>Mostly a few ranges have enough matches; where none has, reading many at once costs least.</summary>
    private static readonly int[] _windows = [16, 256, 4096, 16384];

    private readonly Dictionary<long, byte[]> _groups = [];
    private int _count;
    private LogPlace? _last;

    /// <summary>Reads the next ranges, and whether each may have such lines.</summary>
    /// <returns>None at the end.</returns>
    public async Task<IReadOnlyList<(IndexedRange Range, bool MayMatch)>> NextAsync(CancellationToken cancellationToken)
    {
        var window = _windows[Math.Min(_count++, _windows.Length - 1)];
        var ranges = await ReadRangesAsync(window, cancellationToken);
        if (ranges.Count == 0)
        {
            return [];
        }

        var last = ranges[^1];
        _last = last.End with { Offset = last.Range.From };
        if (terms.Places.Count == 0)
        {
            return [.. ranges.Select(range => (range, true))];
        }

        await ReadGroupsAsync(ranges, cancellationToken);
        var single = await ReadSignaturesAsync(ranges, cancellationToken);
        return
        [
            .. ranges.Select(range =>
                (range, range.GroupId is { } group ? IsIn(_groups[group], range.Slot) : single.Contains(range.BucketId))
            ),
        ];
    }

    private static bool IsIn(byte[] buckets, int slot) => (buckets[slot >> 3] & (1 << (slot & 7))) != 0;

    private async Task<List<IndexedRange>> ReadRangesAsync(int window, CancellationToken cancellationToken)
    {
        var query = filter.Copy();
        query.Add(parameter => $"(r.first_at, r.job_id, r.attempt, r.rank, r.from_offset) < {Row(before, parameter)}");
        // A range that has lines before a time may also have later ones, but not much later ones.
        var latest = _last ?? LogPlace.Before(Later(before.At));
        query.Add(parameter => $"(r.last_at, r.job_id, r.attempt, r.rank, r.from_offset) < {Row(latest, parameter)}");
        if (since is { } time)
        {
            query.Add(parameter => $"r.last_at >= {parameter(time)}");
        }

        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(
            query.Command(
                $"""
                select r.job_id, r.attempt, r.rank, r.from_offset, r.to_offset, r.first_line, r.last_at,
                  b.bucket_id, b.group_id, b.slot
                from log_range r
                join log_bucket b on b.bucket_id = r.bucket_id
                join job_summary s on s.job_id = r.job_id
                where {string.Join(" and ", query.Conditions)}
                order by r.last_at desc, r.job_id desc, r.attempt desc, r.rank desc, r.from_offset desc
                limit {window.ToString(CultureInfo.InvariantCulture)}
                """
            )
        );
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var ranges = new List<IndexedRange>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var log = new LogKey(reader.GetGuid(0), reader.GetInt32(1), reader.GetInt32(2));
            var range = new LogRange(log, reader.GetInt64(3), reader.GetInt64(4), reader.GetInt64(5));
            var end = LogPlace.Of(await reader.GetFieldValueAsync<DateTimeOffset>(6, cancellationToken), log, range.To);
            var isFolded = !await reader.IsDBNullAsync(8, cancellationToken);
            ranges.Add(
                new IndexedRange(
                    range,
                    end,
                    reader.GetInt64(7),
                    isFolded ? reader.GetInt64(8) : null,
                    isFolded ? reader.GetInt16(9) : 0
                )
            );
        }

        return ranges;
    }

    /// <summary>Finds out, of groups that were not met before, which of their buckets have all places.</summary>
    private async Task ReadGroupsAsync(List<IndexedRange> ranges, CancellationToken cancellationToken)
    {
        var groups = ranges
            .Select(range => range.GroupId)
            .OfType<long>()
            .Where(group => !_groups.ContainsKey(group))
            .Distinct()
            .ToArray();
        if (groups.Length == 0)
        {
            return;
        }

        foreach (var group in groups)
        {
            _groups[group] = LogGroup.AllBuckets();
        }

        var places = terms.Places.ToLookup(LogGroup.SliceOf);
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(
            """
            select s.group_id, s.slice, s.bits from unnest($1::bigint[]) g (id) cross join unnest($2::int[]) p (slice)
            join log_slice s on s.group_id = g.id and s.slice = p.slice
            """,
            groups,
            places.Select(place => place.Key).ToArray()
        );
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var buckets = _groups[reader.GetInt64(0)];
            var slice = await reader.GetFieldValueAsync<byte[]>(2, cancellationToken);
            foreach (var place in places[reader.GetInt32(1)])
            {
                LogGroup.Intersect(buckets, slice, place);
            }
        }
    }

    /// <summary>Finds out which of the buckets that are in no group yet have all places.</summary>
    private async Task<HashSet<long>> ReadSignaturesAsync(
        List<IndexedRange> ranges,
        CancellationToken cancellationToken
    )
    {
        var matching = new HashSet<long>();
        var wanted = ranges.Where(range => range.GroupId is null).Select(range => range.BucketId).Distinct().ToArray();
        if (wanted.Length == 0)
        {
            return matching;
        }

        await using var batch = new NpgsqlBatch(connection);
        batch.Add("select bucket_id, signature from log_bucket where bucket_id = any($1)", wanted);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var signature = await reader.GetFieldValueAsync<byte[]>(1, cancellationToken);
            if (terms.Places.All(place => LogSignature.IsSet(signature, place)))
            {
                matching.Add(reader.GetInt64(0));
            }
        }

        return matching;
    }

    private static DateTimeOffset Later(DateTimeOffset time) =>
        DateTimeOffset.MaxValue - time > 2 * LogBuckets.MaxSpan
            ? time + (2 * LogBuckets.MaxSpan)
            : DateTimeOffset.MaxValue;

    private static string Row(LogPlace place, Func<object, string> parameter) =>
        $"({parameter(place.At)}, {parameter(place.JobId)}, {parameter(place.Attempt)}, {parameter(place.Rank)}, {parameter(place.Offset)})";
}
