using System.Buffers;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Platform.ServiceDefaults;
using Platform.Tracking.Browsing;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Metrics;

/// <summary>The body as the description of the API shows it; <see cref="MetricPointsParser"/> reads it.</summary>
internal sealed record LogMetricsRequest(IReadOnlyList<LogMetricsRequest.Point> Points)
{
    /// <summary>One value of one metric.</summary>
    [JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)]
    internal sealed record Point
    {
        public required string Key { get; init; }

        /// <summary>A whole number; the next one when it is left out.</summary>
        public long? Step { get; init; }

        /// <summary>When it was measured; now when it is left out.</summary>
        public DateTimeOffset? At { get; init; }

        /// <summary>A number, or <c>"NaN"</c>, <c>"Infinity"</c> or <c>"-Infinity"</c>; null counts as <c>"NaN"</c>.</summary>
        public required double? Value { get; init; }

        /// <summary>The part of the training that it belongs to, such as <c>warmup</c>.</summary>
        public string? Stage { get; init; }
    }
}

/// <summary>Logs points: <c>{"points":[{"key","step","at","value","stage"}]}</c>.</summary>
internal static class LogMetricsEndpoint
{
    public static void MapLogMetrics(this IEndpointRouteBuilder runs) =>
        runs.MapPost("/{id}/metrics", HandleAsync)
            .RequireAuthorization(Policies.TrackRun)
            .WithName("LogMetrics")
            .Accepts<LogMetricsRequest>("application/json")
            .WithSummary("Log metric points; points with step and time may be sent again without effect");

    private static async Task<Results<Ok<LoggedPoints>, ProblemHttpResult>> HandleAsync(
        string id,
        MetricWriter writer,
        RunReader runs,
        IOptions<TrackingOptions> options,
        TimeProvider clock,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        if (!RunRules.TryNormalizeId(id, out var runId))
        {
            return ProblemResults.NotFound(RunSentences.NotFound.With(id));
        }

        if (!context.Request.HasJsonContentType())
        {
            return ProblemResults.Problem(StatusCodes.Status415UnsupportedMediaType, RunSentences.PointsAsJson);
        }

        if (await ReadBodyAsync(context, options.Value.MaxLogBytes, cancellationToken) is not { } body)
        {
            return ProblemResults.Problem(
                StatusCodes.Status413PayloadTooLarge,
                RunSentences.RequestTooLarge.With(options.Value.MaxLogBytes)
            );
        }

        var (points, error) = MetricPointsParser.Parse(
            body.WrittenSpan,
            options.Value.MaxPointsPerRequest,
            clock.GetUtcNow()
        );
        if (points is null)
        {
            return error!.IsMalformed
                ? ProblemResults.Problem(StatusCodes.Status400BadRequest, error.Why)
                : ProblemResults.Invalid(error.Field, error.Why);
        }

        if (points.Count == 0)
        {
            return await runs.ExistsAsync(runId, cancellationToken)
                ? TypedResults.Ok(new LoggedPoints(0, 0, 0))
                : ProblemResults.NotFound(RunSentences.NotFound.With(id));
        }

        // A client drops what is fenced; to a run that is not found it sends the points again, after it has created the run.
        return await writer.WriteAsync(runId, points, context.JobAttempt(), cancellationToken) switch
        {
            { Points: { } logged } => TypedResults.Ok(logged),
            { IsFenced: true } => ProblemResults.From(Run.Fenced),
            _ => ProblemResults.NotFound(RunSentences.NotFound.With(id)),
        };
    }

    /// <summary>
    /// Reads the body; null when it is longer than allowed. The server's own limit is higher, so the client still gets
    /// the answer.
    /// </summary>
    private static async Task<ArrayBufferWriter<byte>?> ReadBodyAsync(
        HttpContext context,
        int limit,
        CancellationToken cancellationToken
    )
    {
        if (context.Request.ContentLength > limit)
        {
            return null;
        }

        var body = new ArrayBufferWriter<byte>((int)(context.Request.ContentLength ?? 16 * 1024) + 1);
        int read;
        while ((read = await context.Request.Body.ReadAsync(body.GetMemory(4096), cancellationToken)) > 0)
        {
            body.Advance(read);
            if (body.WrittenCount > limit)
            {
                return null;
            }
        }

        return body;
    }
}
