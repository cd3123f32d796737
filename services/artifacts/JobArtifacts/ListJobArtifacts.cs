using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Platform.Artifacts.Catalog;
using Platform.Contracts.Artifacts;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.JobArtifacts;

internal static class ListJobArtifacts
{
    public static void MapListJobArtifacts(this IEndpointRouteBuilder jobs) =>
        jobs.MapGet("/", HandleAsync)
            .RequireAuthorization(Policies.ReadJob)
            .WithName("ListJobArtifacts")
            .WithSummary("The artifact versions that a job made, the newest first");

    private static async Task<Results<Ok<Page<ArtifactVersion>>, ProblemHttpResult>> HandleAsync(
        Guid jobId,
        int? limit,
        string? cursor,
        VersionPages pages,
        CancellationToken cancellationToken
    )
    {
        var size = limit ?? Paging.DefaultLimit;
        if (size is < 1 or > Paging.MaxLimit)
        {
            return ProblemResults.Invalid("limit", $"A limit is 1 to {Paging.MaxLimit}.");
        }

        var before = (Time: DateTimeOffset.MaxValue, Name: "", Number: 0);
        if (cursor is not null)
        {
            if (
                !Cursor.TryDecode(cursor, 3, out var parts)
                || !Paging.TryRead(parts[0], out before.Time)
                || !ClientText.IsArtifactName(parts[1])
                || !int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out before.Number)
            )
            {
                return ProblemResults.Invalid("cursor", "This is not a cursor of this list.");
            }

            before.Name = parts[1];
        }

        return TypedResults.Ok(await pages.OfJobAsync(jobId, size, before, cancellationToken));
    }
}
