using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Platform.EventStore;
using Platform.Jobs.Training;
using Platform.ServiceDefaults;

namespace Platform.Jobs.Browsing;

/// <summary>One entry of a job's history.</summary>
/// <param name="Sequence">Its position in the history, from 1; also the job's version after it.</param>
/// <param name="Type">Such as <c>job_submitted</c>.</param>
/// <param name="At">When it was stored.</param>
/// <param name="Data">The event's own fields.</param>
/// <param name="Cause">The request or message behind it.</param>
/// <param name="Actor">Who caused it: a caller's subject, <c>node:…</c> for what an agent reported, <c>service:…</c> for what a service did by itself.</param>
internal sealed record JobHistoryEntry(
    long Sequence,
    string Type,
    DateTimeOffset At,
    JsonElement Data,
    string? Cause,
    string? Actor
);

/// <summary>Everything that ever happened to a job, in order.</summary>
internal sealed record JobHistory(IReadOnlyList<JobHistoryEntry> Items);

/// <summary><c>GET /api/jobs/{id}/events</c>.</summary>
internal static class GetJobEventsEndpoint
{
    public static void MapGetJobEvents(this IEndpointRouteBuilder jobs) =>
        jobs.MapGet("/{id:guid}/events", HandleAsync)
            .RequireAuthorization(Policies.ReadJob)
            .WithName("GetJobEvents")
            .WithSummary("A job's events, in order");

    private static async Task<Results<Ok<JobHistory>, ProblemHttpResult>> HandleAsync(
        Guid id,
        JobsStore store,
        HttpContext http,
        CancellationToken cancellationToken
    )
    {
        var events = await store.ReadStreamAsync(JobDecisions.StreamOf(id), cancellationToken: cancellationToken);
        if (events.Count == 0)
        {
            return ProblemResults.NotFound(JobSentences.NotFound.With(id));
        }

        http.Response.SetETag(events[^1].Version);
        return TypedResults.Ok(new JobHistory([.. events.Select(stored => Entry(stored, http.Caller()))]));
    }

    private static JobHistoryEntry Entry(StoredEvent stored, Caller caller) =>
        new(
            stored.Version,
            stored.Type,
            stored.Timestamp,
            JsonSerializer.SerializeToElement(
                JobSecrets.Shown(stored.Data, caller),
                stored.Data.GetType(),
                JobEventsJson.Default
            ),
            stored.Metadata.CausationId,
            stored.Actor()
        );
}
