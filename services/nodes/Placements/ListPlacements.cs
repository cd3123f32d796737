using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Platform.Contracts.Sentences;
using Platform.ServiceDefaults;

namespace Platform.Nodes.Placements;

/// <summary>One entry of the queue.</summary>
/// <param name="Position">Counted from 1; requests that must not start yet or fit no node have a position too.</param>
internal sealed record WaitingPlacement(
    Guid JobId,
    int Attempt,
    long Position,
    string? Reason,
    SentenceCode? ReasonCode,
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
        PlacementTables tables,
        CancellationToken ct,
        int limit = 100,
        string? cursor = null
    )
    {
        if (limit is < 1 or > MaxLimit)
        {
            return ProblemResults.Invalid("limit", ListSentences.Between.With(1, MaxLimit));
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
            return ProblemResults.Invalid("cursor", ListSentences.OtherCursor);
        }

        var (items, total) = await tables.ReadQueueAsync(limit, after, ct);
        var last = items.Count == 0 ? total : items[^1].Position;
        var next = last < total ? Cursor.Encode(last.ToString(CultureInfo.InvariantCulture)) : null;
        return TypedResults.Ok(new Page<WaitingPlacement>(items, next, total));
    }
}
