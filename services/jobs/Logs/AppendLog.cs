using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Platform.Contracts.Jobs;
using Platform.Jobs.Access;
using Platform.ServiceDefaults;

namespace Platform.Jobs.Logs;

/// <summary>
/// <c>POST /api/jobs/{id}/logs?attempt=&amp;offset=[&amp;rank=][&amp;complete=true]</c>: appends raw bytes to the log of a
/// process of an attempt and returns the stored offset. Bytes that do not begin at that offset, or only overlap it, are not stored and answered
/// with 409 and the same body: the agent continues from there. So a repeat after a lost answer costs one request.
/// </summary>
internal static class AppendLogEndpoint
{
    private const int MaxBodyBytes = 4 * 1024 * 1024;

    public static void MapAppendLog(this IEndpointRouteBuilder jobs) =>
        jobs.MapPost("/{id:guid}/logs", HandleAsync)
            .RequireAuthorization(Policies.Report)
            .WithName("AppendJobLog")
            .WithSummary("Store the next bytes of an attempt's log, at most 4 MiB")
            .Accepts<byte[]>("application/octet-stream")
            .WithMetadata(new RequestSizeLimitAttribute(MaxBodyBytes));

    private static async Task<Results<Ok<LogPosition>, Conflict<LogPosition>, ProblemHttpResult>> HandleAsync(
        Guid id,
        int attempt,
        long offset,
        HttpRequest request,
        LogStore logs,
        LogSignals signals,
        CancellationToken cancellationToken,
        int rank = 0,
        bool complete = false
    )
    {
        if (offset < 0)
        {
            return ProblemResults.Invalid("offset", JobSentences.OffsetNegative);
        }

        using var bytes =
            request.ContentLength > MaxBodyBytes
                ? null
                : await LogPieces.ReadAsync(request.BodyReader, MaxBodyBytes, cancellationToken);
        if (bytes is null)
        {
            return ProblemResults.Problem(
                StatusCodes.Status413PayloadTooLarge,
                JobSentences.LogTooLarge.With(MaxBodyBytes)
            );
        }

        var (result, stored) = await logs.AppendAsync(
            new LogKey(id, attempt, rank),
            // No log is so long: the end of the bytes is a number too.
            Math.Min(offset, long.MaxValue - MaxBodyBytes),
            bytes,
            complete,
            cancellationToken
        );
        if (result is LogAppendResult.Stored)
        {
            signals.Pulse(id);
        }

        return result switch
        {
            LogAppendResult.Stored => TypedResults.Ok(new LogPosition { Offset = stored }),
            LogAppendResult.OffsetMismatch => TypedResults.Conflict(new LogPosition { Offset = stored }),
            LogAppendResult.Fenced => FencedAttempt.Problem(attempt),
            LogAppendResult.NoSuchRank => ProblemResults.NotFound(JobSentences.NoRank.With(rank)),
            _ => ProblemResults.NotFound(JobSentences.NotFound.With(id)),
        };
    }
}
