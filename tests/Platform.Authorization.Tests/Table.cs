using System.Net.Http.Json;
using System.Text;
using Platform.Contracts.Services;

namespace Platform.Authorization.Tests;

/// <summary>What an endpoint must answer to a caller.</summary>
public enum Verdict
{
    /// <summary>Neither 401 nor 403 nor fenced: the request got as far as its own merits take it.</summary>
    Allowed,

    /// <summary>401.</summary>
    Unauthenticated,

    /// <summary>403.</summary>
    Forbidden,

    /// <summary>409: the caller is of an attempt that is over.</summary>
    Fenced,
}

/// <summary>Who asks.</summary>
public enum Asker
{
    Viewer,
    Editor,
    Administrator,
    Service,

    /// <summary>The node that holds the lease of the job.</summary>
    LeaseNode,
    OtherNode,

    /// <summary>The training process of the job's present attempt.</summary>
    OwnJob,

    /// <summary>A process of the attempt before it.</summary>
    EarlierAttempt,
    OtherJob,
}

/// <summary>One row: an endpoint, a request that would be right from somebody who may, and who may.</summary>
/// <param name="Service">Which service maps it.</param>
/// <param name="Route">As it is mapped, with its method.</param>
/// <param name="Path">The request's address.</param>
/// <param name="Expected">By asker; null for an endpoint that everybody may use.</param>
public sealed record Row(
    string Service,
    string Route,
    Func<World, string> Path,
    Func<World, HttpContent?> Body,
    IReadOnlyDictionary<Asker, Verdict>? Expected
)
{
    public string Method => Route.Split(' ', ',')[0];

    public override string ToString() => $"{Service}: {Route}";
}

/// <summary>
/// Who may do what, for every endpoint there is. A letter each for viewer, editor, administrator, service; the node with the
/// lease, another node; the job's present process, one of an earlier attempt, another job's. <c>+</c> may, <c>-</c> is
/// forbidden, <c>f</c> is fenced off. Without a valid credential all are refused but those that say <c>public</c>.
/// </summary>
public static class Table
{
    private const string Public = "public";

    private static readonly Func<World, HttpContent?> _nothing = _ => null;

    public static IReadOnlyList<Row> Rows { get; } =
    [
        .. ServiceCatalog.Schemas.SelectMany(InEveryProcess),
        //                                                                                                        V E A S  N n  J f j
        Of("gateway", "GET /api/health", _ => "/api/health", Public),
        Of("gateway", "GET,HEAD /health", _ => "/health", Public),
        Of("gateway", "GET,HEAD /version", _ => "/version", Public),
        Of("gateway", "GET /problems", _ => "/problems", Public),
        Of("gateway", "GET /problems/{code}", _ => "/problems/job.not-found", Public),
        Of("gateway", "GET /openapi/v1.json", _ => "/openapi/v1.json", Public),
        Of("gateway", "GET /", _ => "/", Public),
        Of("gateway", "POST /api/tokens/", _ => "/api/tokens", "+++- -- ---", Json(new { role = "viewer" })),
        Of("gateway", "GET /api/tokens/", _ => "/api/tokens", "+++- -- ---"),
        Of("gateway", "DELETE /api/tokens/{id:guid}", w => $"/api/tokens/{w.Unknown}", "+++- -- ---"),
        Of("gateway", "GET /api/users/me", _ => "/api/users/me", "++++ ++ +++"),
        Of("gateway", "GET /api/users/", _ => "/api/users", "--+- -- ---"),
        Of("gateway", "POST /api/users/", _ => "/api/users", "--+- -- ---", Json(new { name = "x" })),
        Of("gateway", "GET /api/users/{name}", _ => "/api/users/Viewer", "--+- -- ---"),
        Of(
            "gateway",
            "PATCH /api/users/{name}",
            _ => "/api/users/nobody",
            "--+- -- ---",
            Json(new { role = "viewer" })
        ),
        Of("gateway", "POST /api/users/{name}/disable", _ => "/api/users/Viewer/disable", "--+- -- ---"),
        Of("gateway", "POST /api/users/{name}/enable", _ => "/api/users/Viewer/enable", "--+- -- ---"),
        .. ListOf("gateway", "/api/projects/", _ => "/api/projects", "++++ -- ---"),
        Of("gateway", "POST /api/projects/", _ => "/api/projects", "--+- -- ---", Json(new { path = "a b" })),
        Of("gateway", "GET /api/projects/{**path}", _ => "/api/projects/team/vision", "++++ -- ---"),
        Of("gateway", "PUT /api/projects/{**path}", _ => "/api/projects/team/vision", "--+- -- ---", Json(new { })),
        //
        .. ListOf("jobs", "/api/jobs/", _ => "/api/jobs", "++++ -- ---"),
        Of("jobs", "POST /api/jobs/", _ => "/api/jobs", "-+++ -- ---", Json(new { name = "x" })),
        Of("jobs", "POST /api/jobs/check", _ => "/api/jobs/check", "-+++ -- ---", Json(new { name = "x" })),
        Of("jobs", "GET /api/jobs/{id:guid}", w => $"/api/jobs/{w.Job}", "++++ -- +f-"),
        Of("jobs", "GET /api/jobs/{id:guid}/events", w => $"/api/jobs/{w.Job}/events", "++++ -- +f-"),
        Of("jobs", "GET /api/jobs/{id:guid}/logs", w => $"/api/jobs/{w.Job}/logs", "++++ -- +f-"),
        Of("jobs", "GET /api/logs/search", _ => "/api/logs/search?q=x", "++++ -- ---"),
        Of("jobs", "POST /api/jobs/{id:guid}/cancel", w => $"/api/jobs/{w.Job}/cancel", "-+++ -- +f-"),
        Of("jobs", "POST /api/jobs/{id:guid}/retry", w => $"/api/jobs/{w.Job}/retry", "-+++ -- ---"),
        Of("jobs", "DELETE /api/jobs/{id:guid}", w => $"/api/jobs/{w.Unknown}", "-+++ -- ---"),
        Of("jobs", "POST /api/jobs/{id:guid}/restore", w => $"/api/jobs/{w.Unknown}/restore", "-+++ -- ---"),
        Of("jobs", "POST /api/jobs/delete", _ => "/api/jobs/delete", "-+++ -- ---", NoIds),
        Of("jobs", "POST /api/jobs/purge", _ => "/api/jobs/purge", "--+- -- ---", NoIds),
        Of(
            "jobs",
            "GET /api/jobs/{id:guid}/attempts/{attempt:int}/work",
            w => $"/api/jobs/{w.Job}/attempts/{World.Attempt}/work",
            "---- +- ---"
        ),
        Of(
            "jobs",
            "POST /api/jobs/{id:guid}/logs",
            w => $"/api/jobs/{w.Job}/logs?attempt={World.Attempt}&offset=1000000",
            "--+- +- ---",
            Bytes("late")
        ),
        //
        .. ListOf("nodes", "/api/nodes/", _ => "/api/nodes", "++++ -- ---"),
        Of("nodes", "GET /api/nodes/{id:guid}", w => $"/api/nodes/{w.LeaseNode}", "++++ -- ---"),
        Of("nodes", "GET /api/nodes/{id:guid}/telemetry", w => $"/api/nodes/{w.LeaseNode}/telemetry", "++++ -- ---"),
        Of("nodes", "GET /api/nodes/placements", _ => "/api/nodes/placements", "++++ -- ---"),
        Of("nodes", "POST /api/nodes/{id:guid}/drain", w => $"/api/nodes/{w.Unknown}/drain", "-+++ -- ---"),
        Of("nodes", "POST /api/nodes/{id:guid}/resume", w => $"/api/nodes/{w.Unknown}/resume", "-+++ -- ---"),
        Of("nodes", "DELETE /api/nodes/{id:guid}", w => $"/api/nodes/{w.Unknown}", "--+- -- ---"),
        Of("nodes", "POST /api/nodes/join", _ => "/api/nodes/join", Public, Json(new { })),
        Of("nodes", "POST /api/nodes/join-tokens/", _ => "/api/nodes/join-tokens", "--+- -- ---", Json(new { })),
        Of("nodes", "GET /api/nodes/join-tokens/", _ => "/api/nodes/join-tokens", "--+- -- ---"),
        Of(
            "nodes",
            "DELETE /api/nodes/join-tokens/{id:guid}",
            w => $"/api/nodes/join-tokens/{w.Unknown}",
            "--+- -- ---"
        ),
        Of(
            "nodes",
            "POST /api/nodes/{id:guid}/broker-user",
            w => $"/api/nodes/{w.LeaseNode}/broker-user",
            "---- +- ---"
        ),
        Of("nodes", "POST /api/nodes/heartbeat", _ => "/api/nodes/heartbeat", "--+- +- ---", World.Heartbeat),
        //
        .. ListOf("artifacts", "/api/artifacts/", _ => "/api/artifacts", "++++ -- ---"),
        Of("artifacts", "GET /api/artifacts/statistics", _ => "/api/artifacts/statistics", "++++ -- ---"),
        Of("artifacts", "GET /api/artifacts/{name}", w => $"/api/artifacts/input{World.For(w)}", "++++ +- +f-"),
        .. ListOf(
            "artifacts",
            "/api/artifacts/{name}/versions",
            w => $"/api/artifacts/input/versions{World.For(w)}",
            "++++ +- +f-"
        ),
        Of(
            "artifacts",
            "GET /api/artifacts/{name}/versions/{version}",
            w => $"/api/artifacts/input/versions/latest{World.For(w)}",
            "++++ +- +f-"
        ),
        Of(
            "artifacts",
            "GET,HEAD /api/artifacts/{name}/versions/{version}/files/{**path}",
            w => $"/api/artifacts/input/versions/1/files/data.txt{World.For(w)}",
            "++++ +- +f-"
        ),
        Of(
            "artifacts",
            "GET /api/artifacts/{name}/versions/{version}/archive",
            w => $"/api/artifacts/input/versions/1/archive{World.For(w)}",
            "++++ +- +f-"
        ),
        Of("artifacts", "GET /api/artifacts/blobs/{sha256}", _ => $"/api/artifacts/blobs/{World.Sha}", "++++ -- ---"),
        // Bytes say nothing and belong to nobody until a version names them.
        Of("artifacts", "HEAD /api/artifacts/blobs/{sha256}", _ => $"/api/artifacts/blobs/{World.Sha}", "-+++ ++ +f+"),
        Of(
            "artifacts",
            "PUT /api/artifacts/blobs/{sha256}",
            _ => $"/api/artifacts/blobs/{World.Sha}",
            "-+++ ++ +f+",
            Bytes(World.Content)
        ),
        Of(
            "artifacts",
            "POST /api/artifacts/blobs/missing",
            _ => "/api/artifacts/blobs/missing",
            "-+++ ++ +f+",
            Json(new { sha256 = Array.Empty<string>() })
        ),
        Of("artifacts", "POST /api/artifacts/blobs", _ => "/api/artifacts/blobs", "-+++ ++ +f+", Bytes("")),
        Of(
            "artifacts",
            "POST /api/artifacts/{name}/versions",
            _ => "/api/artifacts/made/versions",
            "-+++ +- +f-",
            World.Version
        ),
        Of(
            "artifacts",
            "DELETE /api/artifacts/{name}/versions/{version}",
            _ => "/api/artifacts/input/versions/9",
            "-+++ -- ---"
        ),
        Of(
            "artifacts",
            "POST /api/artifacts/versions/delete",
            _ => "/api/artifacts/versions/delete",
            "-+++ -- ---",
            NoIds
        ),
        Of(
            "artifacts",
            "POST /api/artifacts/versions/purge",
            _ => "/api/artifacts/versions/purge",
            "--+- -- ---",
            NoIds
        ),
        Of(
            "artifacts",
            "POST /api/artifacts/{name}/versions/{version}/restore",
            _ => "/api/artifacts/input/versions/9/restore",
            "-+++ -- ---"
        ),
        Of(
            "artifacts",
            "PUT /api/artifacts/{name}/aliases/{alias}",
            _ => "/api/artifacts/output/aliases/best",
            "-+++ -- +f-",
            Json(new { version = 1 })
        ),
        Of(
            "artifacts",
            "POST /api/artifacts/{name}/{version}/alias",
            _ => "/api/artifacts/output/1/alias",
            "-+++ -- +f-",
            Json(new { alias = "best" })
        ),
        Of(
            "artifacts",
            "DELETE /api/artifacts/{name}/aliases/{alias}",
            _ => "/api/artifacts/output/aliases/none",
            "-+++ -- ---"
        ),
        .. ListOf("artifacts", "/api/jobs/{jobId:guid}/artifacts/", w => $"/api/jobs/{w.Job}/artifacts", "++++ -- +f-"),
        Of(
            "artifacts",
            "POST /api/jobs/{jobId:guid}/artifacts/",
            w => $"/api/jobs/{w.Job}/artifacts?name=made&attempt={World.Attempt}",
            "-+++ +- +f-",
            Bytes("made")
        ),
        //
        .. TableOfRuns.Rows,
        .. TableOfMlflow.Rows,
        .. TableOfAlerts.Rows,
    ];

    /// <summary>Metrics of a service are read by Prometheus beside it; users reach those of the gateway.</summary>
    private static IEnumerable<Row> InEveryProcess(string service) =>
        [
            Of(service, "ANY /health/live", _ => "/health/live", Public),
            Of(service, "ANY /health/ready", _ => "/health/ready", Public),
            Of(service, "ANY /health/self", _ => "/health/self", Public),
            Of(service, "GET /openapi/{documentName:regex(^v1$)}.json", _ => "/openapi/v1.json", Public),
            Of(
                service,
                "GET,HEAD /metrics",
                _ => "/metrics",
                service is ServiceCatalog.Gateway ? "++++ -- ---" : Public
            ),
        ];

    internal static Row Of(
        string service,
        string route,
        Func<World, string> path,
        string expected,
        Func<World, HttpContent?>? body = null
    ) => new(service, route, path, body ?? _nothing, expected is Public ? null : Read(expected));

    /// <summary>A list: its pages, and their total alone.</summary>
    internal static IEnumerable<Row> ListOf(string service, string route, Func<World, string> path, string expected) =>
        [Of(service, $"GET {route}", path, expected), Of(service, $"HEAD {route}", path, expected)];

    private static Dictionary<Asker, Verdict> Read(string expected)
    {
        var letters = expected.Replace(" ", "", StringComparison.Ordinal);
        Asker[] askers =
        [
            Asker.Viewer,
            Asker.Editor,
            Asker.Administrator,
            Asker.Service,
            Asker.LeaseNode,
            Asker.OtherNode,
            Asker.OwnJob,
            Asker.EarlierAttempt,
            Asker.OtherJob,
        ];
        Assert.Equal(askers.Length, letters.Length);
        return askers
            .Zip(letters)
            .ToDictionary(
                pair => pair.First,
                pair =>
                    pair.Second switch
                    {
                        '+' => Verdict.Allowed,
                        'f' => Verdict.Fenced,
                        _ => Verdict.Forbidden,
                    }
            );
    }

    internal static HttpContent NoIds(World world) => JsonContent.Create(new { ids = Array.Empty<string>() });

    internal static Func<World, HttpContent?> Json(object body) => _ => JsonContent.Create(body);

    internal static Func<World, HttpContent?> Bytes(string text) =>
        _ => new ByteArrayContent(Encoding.UTF8.GetBytes(text));
}
