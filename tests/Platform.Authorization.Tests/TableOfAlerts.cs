using static Platform.Authorization.Tests.Table;

namespace Platform.Authorization.Tests;

/// <summary>The same for alerts, their rules and who is told of them.</summary>
internal static class TableOfAlerts
{
    private static readonly object _noRule = new
    {
        name = "x",
        watch = "metric",
        condition = "none",
    };
    private static readonly object _noDestination = new { name = "x", kind = "none" };

    public static IReadOnlyList<Row> Rows { get; } =
    [
        //                                                                                                        V E A S  N n  J f j
        .. ListOf("tracking", "/api/alerts/", _ => "/api/alerts", "++++ -- ---"),
        Of("tracking", "GET /api/alerts/{id:guid}", w => $"/api/alerts/{w.Unknown}", "++++ -- ---"),
        Of("tracking", "POST /api/alerts/{id:guid}/dismiss", w => $"/api/alerts/{w.Unknown}/dismiss", "+++- -- ---"),
        Of("tracking", "POST /api/alerts/{id:guid}/restore", w => $"/api/alerts/{w.Unknown}/restore", "+++- -- ---"),
        .. ListOf("tracking", "/api/alerts/rules/", _ => "/api/alerts/rules", "++++ -- ---"),
        Of("tracking", "POST /api/alerts/rules/", _ => "/api/alerts/rules", "-+++ -- ---", Json(_noRule)),
        Of("tracking", "GET /api/alerts/rules/{id:guid}", w => $"/api/alerts/rules/{w.Unknown}", "++++ -- ---"),
        Of(
            "tracking",
            "PUT /api/alerts/rules/{id:guid}",
            w => $"/api/alerts/rules/{w.Unknown}",
            "-+++ -- ---",
            Json(_noRule)
        ),
        Of(
            "tracking",
            "POST /api/alerts/rules/{id:guid}/pause",
            w => $"/api/alerts/rules/{w.Unknown}/pause",
            "-+++ -- ---"
        ),
        Of(
            "tracking",
            "POST /api/alerts/rules/{id:guid}/resume",
            w => $"/api/alerts/rules/{w.Unknown}/resume",
            "-+++ -- ---"
        ),
        Of("tracking", "DELETE /api/alerts/rules/{id:guid}", w => $"/api/alerts/rules/{w.Unknown}", "-+++ -- ---"),
        .. ListOf("tracking", "/api/alerts/destinations/", _ => "/api/alerts/destinations", "-+++ -- ---"),
        Of(
            "tracking",
            "POST /api/alerts/destinations/",
            _ => "/api/alerts/destinations",
            "-+++ -- ---",
            Json(_noDestination)
        ),
        Of(
            "tracking",
            "GET /api/alerts/destinations/{id:guid}",
            w => $"/api/alerts/destinations/{w.Unknown}",
            "-+++ -- ---"
        ),
        Of(
            "tracking",
            "PUT /api/alerts/destinations/{id:guid}",
            w => $"/api/alerts/destinations/{w.Unknown}",
            "-+++ -- ---",
            Json(_noDestination)
        ),
        Of(
            "tracking",
            "DELETE /api/alerts/destinations/{id:guid}",
            w => $"/api/alerts/destinations/{w.Unknown}",
            "-+++ -- ---"
        ),
        Of(
            "tracking",
            "POST /api/alerts/destinations/{id:guid}/rotate",
            w => $"/api/alerts/destinations/{w.Unknown}/rotate",
            "-+++ -- ---"
        ),
        Of(
            "tracking",
            "POST /api/alerts/destinations/{id:guid}/test",
            w => $"/api/alerts/destinations/{w.Unknown}/test",
            "-+++ -- ---"
        ),
    ];
}
