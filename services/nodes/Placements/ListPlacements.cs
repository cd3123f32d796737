using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using Platform.EventStore;
using Platform.ServiceDefaults;

namespace Platform.Nodes.Placements;

/// <summary>One entry of the queue.</summary>
/// <param name="Position">Counted from 1; requests that must not start yet or fit no node have a position too.</param>
internal sealed record WaitingPlacement(
    Guid JobId,
    int Attempt,
    long Position,
    string? Reason,
    int Gpus,
    double Cpus,
    int MemoryMiB,
    IReadOnlyDictionary<string, string> Labels,
    int Priority,
    DateTimeOffset SubmittedAt,
    DateTimeOffset NotBefore
);

internal static class ListPlacementsEndpoint
{
    private const int MaxLimit = 1000;

    public static void MapListPlacements(this IEndpointRouteBuilder app) =>
        app.MapGet("/placements", HandleAsync)
            .RequireAuthorization(Policies.Read)
            .WithName("ListPlacements")
            .WithSummary("List the jobs that wait for a placement, in queue order, each with its reason");

    internal static async Task<Results<Ok<Page<WaitingPlacement>>, ProblemHttpResult>> HandleAsync(
        NodesStore store,
        CancellationToken ct,
        int limit = 100,
        string? cursor = null
    )
    {
        if (limit is < 1 or > MaxLimit)
        {
            return ProblemResults.Invalid("limit", $"Between 1 and {MaxLimit}.");
        }

        var after = 0L;
        if (
            cursor is not null
            && !(
                Cursor.TryDecode(cursor, 1, out var parts)
                && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out after)
            )
        )
        {
            return ProblemResults.Invalid("cursor", "This is not a cursor of this list.");
        }

        await using var batch = store.DataSource.CreateBatch();
        batch.Add("select count(*) from placement_request");
        batch.Add(
            """
            select w.job_id, w.attempt, w.queue_position, r.reason, w.gpus, w.cpus, w.memory_mib, w.labels, w.priority,
                   w.submitted_at, w.not_before
            from (select *, row_number() over (order by priority desc, submitted_at, job_id) as queue_position
                  from placement_request) w
            left join placement_reason r on r.job_id = w.job_id and r.attempt = w.attempt
            where w.queue_position > $1 order by w.queue_position limit $2
            """,
            after,
            limit
        );
        await using var reader = await batch.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        var total = reader.GetInt64(0);
        await reader.NextResultAsync(ct);
        var items = new List<WaitingPlacement>();
        while (await reader.ReadAsync(ct))
        {
            items.Add(Read(reader));
        }

        var last = items.Count == 0 ? total : items[^1].Position;
        var next = last < total ? Cursor.Encode(last.ToString(CultureInfo.InvariantCulture)) : null;
        return TypedResults.Ok(new Page<WaitingPlacement>(items, next, total));
    }

    private static WaitingPlacement Read(NpgsqlDataReader reader) =>
        new(
            reader.GetGuid(0),
            reader.GetInt32(1),
            reader.GetInt64(2),
            reader.IsDBNull(3) ? null : reader.GetString(3),
            reader.GetInt32(4),
            reader.GetDouble(5),
            reader.GetInt32(6),
            JsonSerializer.Deserialize(reader.GetString(7), NodesJson.Default.IReadOnlyDictionaryStringString)!,
            reader.GetInt32(8),
            reader.GetFieldValue<DateTimeOffset>(9),
            reader.GetFieldValue<DateTimeOffset>(10)
        );
}
