using System.Net.Http.Json;
using static Platform.Authorization.Tests.Table;

namespace Platform.Authorization.Tests;

/// <summary>The same for runs and their files.</summary>
internal static class TableOfRuns
{
    public static IReadOnlyList<Row> Rows { get; } =
    [
        //                                                                                                        V E A S  N n  J f j
        .. ListOf("artifacts", "/api/runs/{id}/files", w => $"/api/runs/{w.Run}/files", "++++ -- +f-"),
        .. ListOf("artifacts", "/api/runs/{id}/artifacts", w => $"/api/runs/{w.Run}/artifacts", "++++ -- ---"),
        Of("artifacts", "GET /api/runs/{id}/folder", w => $"/api/runs/{w.Run}/folder", "++++ -- +f-"),
        Of(
            "artifacts",
            "GET,HEAD /api/runs/{id}/files/{**path}",
            w => $"/api/runs/{w.Run}/files/none.txt",
            "++++ -- +f-"
        ),
        Of(
            "artifacts",
            "PUT /api/runs/{id}/files/{**path}",
            w => $"/api/runs/{w.Run}/files/a.txt",
            "-+++ +- +f-",
            Bytes("known bytes")
        ),
        Of(
            "artifacts",
            "DELETE /api/runs/{id}/files/{**path}",
            w => $"/api/runs/{w.Run}/files/none.txt",
            "-+++ -- ---"
        ),
        .. ListOf("artifacts", "/api/runs/{id}/media", w => $"/api/runs/{w.Run}/media", "++++ -- +f-"),
        Of("artifacts", "GET /api/runs/{id}/media/keys", w => $"/api/runs/{w.Run}/media/keys", "++++ -- +f-"),
        Of(
            "artifacts",
            "POST /api/runs/{id}/media",
            w => $"/api/runs/{w.Run}/media",
            "-+++ +- +f-",
            Json(
                new
                {
                    items = new[]
                    {
                        new
                        {
                            key = "a",
                            step = 1,
                            kind = "text",
                            path = "none.txt",
                            at = "2026-01-31T12:00:00Z",
                        },
                    },
                }
            )
        ),
        //
        .. ListOf("tracking", "/api/runs/", _ => "/api/runs", "++++ -- ---"),
        Of("tracking", "POST /api/runs/", _ => "/api/runs", "-+++ -- +f+", Json(new { project = "demo" })),
        Of("tracking", "GET /api/runs/compare", w => $"/api/runs/compare?ids={w.Run},other", "++++ -- ---"),
        Of("tracking", "GET /api/runs/analytics", _ => "/api/runs/analytics?project=demo", "++++ -- ---"),
        Of("tracking", "GET /api/paths", _ => "/api/paths?depth=1", "++++ -- ---"),
        Of("tracking", "GET /api/runs/export", w => $"/api/runs/export?ids={w.Run}", "++++ -- ---"),
        Of("tracking", "POST /api/runs/import", _ => "/api/runs/import", "-+++ -- ---", Bytes("no archive")),
        Of("tracking", "GET /api/runs/{id}", w => $"/api/runs/{w.Run}", "++++ -- +f-"),
        Of("tracking", "GET /api/runs/{id}/export", w => $"/api/runs/{w.Run}/export?format=csv", "++++ -- +f-"),
        Of("tracking", "GET /api/runs/{id}/logs", w => $"/api/runs/{w.Run}/logs", "++++ -- +f-"),
        Of("tracking", "GET /api/runs/{id}/logs/{name}", w => $"/api/runs/{w.Run}/logs/none.log", "++++ -- +f-"),
        Of("tracking", "GET /api/runs/{id}/metrics", w => $"/api/runs/{w.Run}/metrics", "++++ -- +f-"),
        Of(
            "tracking",
            "POST /api/runs/metrics/query",
            _ => "/api/runs/metrics/query",
            "++++ -- +f-",
            w => JsonContent.Create(new { runs = new[] { w.Run } })
        ),
        Of("tracking", "GET /api/runs/{id}/metrics/keys", w => $"/api/runs/{w.Run}/metrics/keys", "++++ -- +f-"),
        Of("tracking", "GET /api/runs/{id}/metrics/live", w => $"/api/runs/{w.Run}/metrics/live", "++++ -- +f-"),
        Of(
            "tracking",
            "PUT /api/runs/{id}",
            w => $"/api/runs/{w.Run}",
            "-+++ +- +f-",
            w => JsonContent.Create(new { project = "demo", jobId = w.Job })
        ),
        Of("tracking", "PATCH /api/runs/{id}", w => $"/api/runs/{w.Run}", "-+++ +- +f-", Json(new { })),
        Of(
            "tracking",
            "POST /api/runs/{id}/metrics",
            w => $"/api/runs/{w.Run}/metrics",
            "-+++ +- +f-",
            Json(new { points = Array.Empty<int>() })
        ),
        Of("tracking", "DELETE /api/runs/{id}", w => $"/api/runs/{w.Unknown}", "-+++ -- ---"),
        Of("tracking", "POST /api/runs/{id}/restore", w => $"/api/runs/{w.Unknown}/restore", "-+++ -- ---"),
        Of("tracking", "POST /api/runs/delete", _ => "/api/runs/delete", "-+++ -- ---", NoIds),
        Of("tracking", "POST /api/runs/purge", _ => "/api/runs/purge", "--+- -- ---", NoIds),
        Of("tracking", "POST /api/runs/{id}/finish", w => $"/api/runs/{w.Run}/finish", "-+++ +- +f-", Json(new { })),
        Of("tracking", "POST /api/runs/{id}/heartbeat", w => $"/api/runs/{w.Run}/heartbeat", "-+++ +- +f-"),
    ];
}
