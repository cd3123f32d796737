using System.Net.Mime;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Platform.ServiceDefaults;
using Platform.Tracking.Browsing;
using Platform.Tracking.Metrics;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Exporting;

/// <summary>In which form a run is exported.</summary>
internal sealed record ExportRunQuery
{
    /// <summary><c>json</c>, <c>csv</c> (its metrics), <c>markdown</c> or <c>html</c> (a report).</summary>
    [FromQuery(Name = "format")]
    public string? Format { get; init; }

    /// <summary>Only these metrics, separated by commas; may be repeated. All when left out.</summary>
    [FromQuery(Name = "keys")]
    public string[]? Keys { get; init; }

    /// <summary>One name, which may contain commas; may be repeated.</summary>
    [FromQuery(Name = "key")]
    public string[]? Key { get; init; }
}

/// <summary>Exports one run as a file.</summary>
internal static class ExportRunEndpoint
{
    /// <summary>As many metrics of a report are drawn.</summary>
    private const int MaxCurves = 40;
    private const int CurvePoints = 500;

    public static void MapExportRun(this IEndpointRouteBuilder runs) =>
        runs.MapGet("/{id}/export", HandleAsync)
            .RequireAuthorization(Policies.ReadRun)
            .WithName("ExportRun")
            .WithSummary("A run as a file: all of it as JSON, its metrics as CSV, or a report in Markdown or HTML")
            .Produces<Stream>(
                StatusCodes.Status200OK,
                MediaTypeNames.Application.Json,
                "text/csv",
                "text/markdown",
                "text/html"
            );

    private static async Task<Results<EmptyHttpResult, ProblemHttpResult>> HandleAsync(
        string id,
        [AsParameters] ExportRunQuery query,
        RunReader runs,
        MetricReader metrics,
        MetricsCsv csv,
        RunDocument document,
        HttpResponse response,
        CancellationToken cancellationToken
    )
    {
        var format = query.Format ?? "json";
        if (format is not ("json" or "csv" or "markdown" or "html"))
        {
            return ProblemResults.Invalid("format", RunSentences.ExportFormat);
        }

        if (!MetricKeys.TryParse(query.Keys, query.Key, out var keys))
        {
            return ProblemResults.Invalid("keys", RunSentences.Key);
        }

        if (
            !RunRules.TryNormalizeId(id, out var runId)
            || await runs.FindAsync(runId, cancellationToken) is not { } run
            || await metrics.FindSeriesAsync(runId, keys, cancellationToken) is not { Series: var series }
        )
        {
            return ProblemResults.NotFound(RunSentences.NotFound.With(id));
        }

        switch (format)
        {
            case "csv":
                response.SetFile("text/csv; charset=utf-8", $"run-{runId}.csv");
                await csv.WriteAsync(series, response.Body, cancellationToken);
                break;
            case "json":
                response.SetFile(MediaTypeNames.Application.Json, $"run-{runId}.json");
                await document.WriteAsync(run, series, response.Body, cancellationToken);
                break;
            case "markdown":
                response.SetFile("text/markdown; charset=utf-8", $"run-{runId}.md");
                await response.WriteAsync(MarkdownReport.Write(ReportContent.Of(run, [])), cancellationToken);
                break;
            default:
                var curves = new List<(string, List<SeriesPoint>)>();
                foreach (var head in series.Where(head => head.Count > 0).Take(MaxCurves))
                {
                    curves.Add((head.Key, await metrics.SampleAsync(head, CurvePoints, cancellationToken)));
                }

                response.SetFile("text/html; charset=utf-8", $"run-{runId}.html");
                await response.WriteAsync(HtmlReport.Write(ReportContent.Of(run, curves)), cancellationToken);
                break;
        }

        return TypedResults.Empty;
    }

    /// <summary>Says what the answer is, and that a browser saves it: what users wrote is never shown as a page of the platform.</summary>
    public static void SetFile(this HttpResponse response, string type, string name)
    {
        response.ContentType = type;
        response.Headers.ContentDisposition = new ContentDisposition
        {
            DispositionType = DispositionTypeNames.Attachment,
            FileName = name,
        }.ToString();
        response.Headers.XContentTypeOptions = "nosniff";
    }
}
