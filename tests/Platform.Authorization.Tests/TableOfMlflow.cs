using System.Net.Http.Json;

namespace Platform.Authorization.Tests;

/// <summary>The same for MLflow's API, under each of its prefixes. A process of an earlier attempt is refused with 403, which its clients know.</summary>
internal static class TableOfMlflow
{
    public const string Api = "/api/2.0/mlflow";
    public const string WebApp = "/ajax-api/2.0/mlflow";

    private const string Model = """{"artifact_path":"a","flavors":{},"utc_time_created":"now","run_id":"r"}""";

    public static IReadOnlyList<Row> Rows { get; } =
    [
        .. RowsOf(Api),
        .. RowsOf(WebApp),
        .. FilesOf("/api/2.0"),
        .. FilesOf("/ajax-api/2.0"),
        .. ModelsOf(Api),
        .. ModelsOf(WebApp),
    ];

    private static IEnumerable<Row> ModelsOf(string prefix)
    {
        //                                                 V E A S  N n  J f j
        const string Read = /*                         */
            "++++ -- +-+";
        const string Edit = /*                         */
            "-+++ -- ---";
        const string EditToo = /*                      */
            "-+++ -- +-+";
        var model = new { name = "none" };
        var version = new { name = "none", version = "1" };
        return
        [
            Of("POST", "registered-models/create", EditToo, new { name = "a/b" }),
            Of("POST", "registered-models/rename", Edit, model),
            Of("PATCH", "registered-models/update", Edit, model),
            Of("DELETE", "registered-models/delete", Edit, model),
            Of("GET", "registered-models/get", Read, query: "?name=none"),
            Of("GET", "registered-models/search", Read),
            Of("GET,POST", "registered-models/get-latest-versions", Read, query: "?name=none"),
            Of("POST", "registered-models/set-tag", Edit, model),
            Of("DELETE", "registered-models/delete-tag", Edit, model),
            Of("POST", "registered-models/alias", EditToo, version),
            Of("DELETE", "registered-models/alias", Edit, model),
            Of("GET", "registered-models/alias", Read, query: "?name=none&alias=a"),
            Of("POST", "model-versions/create", EditToo, model),
            Of("PATCH", "model-versions/update", EditToo, version),
            Of("POST", "model-versions/transition-stage", EditToo, version),
            Of("DELETE", "model-versions/delete", Edit, version),
            Of("GET", "model-versions/get", Read, query: "?name=none&version=1"),
            Of("GET", "model-versions/get-download-uri", Read, query: "?name=none&version=1"),
            Of("GET", "model-versions/search", Read),
            Of("POST", "model-versions/set-tag", EditToo, version),
            Of("DELETE", "model-versions/delete-tag", EditToo, version),
        ];

        Row Of(string methods, string path, string expected, object? body = null, string query = "") =>
            Table.Of(
                "artifacts",
                $"{methods} {prefix}/{path}",
                _ => $"{prefix}/{path}{query}",
                expected,
                _ => body is null ? null : JsonContent.Create(body)
            );
    }

    private static IEnumerable<Row> FilesOf(string prefix)
    {
        var storage = $"{prefix}/mlflow-artifacts";
        return
        [
            Of(
                $"GET {prefix}/mlflow/artifacts/list",
                w => $"{prefix}/mlflow/artifacts/list?run_id={w.Run}",
                "++++ -- +--"
            ),
            Of(
                $"GET {prefix}/mlflow/logged-models/{{model_id}}/artifacts/directories",
                w => $"{prefix}/mlflow/logged-models/{w.Run}/artifacts/directories",
                "++++ -- +--"
            ),
            Of($"GET {storage}/artifacts", w => $"{storage}/artifacts?path={FilesIn(w)}", "++++ -- +--"),
            Of(
                $"GET,HEAD {storage}/artifacts/{{**path}}",
                w => $"{storage}/artifacts/{FilesIn(w)}/none.txt",
                "++++ -- +--"
            ),
            Of(
                $"PUT {storage}/artifacts/{{**path}}",
                w => $"{storage}/artifacts/{FilesIn(w)}/a.txt",
                "-+++ +- +--",
                _ => new StringContent(World.Content)
            ),
            Of(
                $"DELETE {storage}/artifacts/{{**path}}",
                w => $"{storage}/artifacts/{FilesIn(w)}/none.txt",
                "-+++ -- ---"
            ),
            Of($"ANY {storage}/{{**rest}}", _ => $"{storage}/none", "++++ ++ +-+"),
        ];

        static string FilesIn(World w) => $"0/{w.Run:N}/artifacts";

        static Row Of(
            string route,
            Func<World, string> path,
            string expected,
            Func<World, HttpContent?>? body = null
        ) => Table.Of("artifacts", route, path, expected, body);
    }

    private static IEnumerable<Row> RowsOf(string prefix)
    {
        //                                                 V E A S  N n  J f j
        const string Read = /*                         */
            "++++ -- ---";
        const string Edit = /*                         */
            "-+++ -- ---";
        const string ReadOne = /*                      */
            "++++ -- +-+";
        const string Create = /*                       */
            "-+++ -- +-+";
        const string ReadRun = /*                      */
            "++++ -- +--";
        const string TrackRun = /*                     */
            "-+++ +- +--";
        const string Track = /*                        */
            "-+++ ++ +-+";
        var experiment = new { experiment_id = "0" };
        return
        [
            Post("/experiments/create", Create, _ => new { name = "table" }),
            Get("/experiments/get", _ => "?experiment_id=0", ReadOne),
            Get("/experiments/get-by-name", _ => "?experiment_name=Default", ReadOne),
            Table.Of("tracking", $"GET,POST {prefix}/experiments/search", _ => $"{prefix}/experiments/search", Read),
            Get("/experiments/list", _ => "", Read),
            Post("/experiments/update", Edit, _ => experiment),
            Post("/experiments/delete", Edit, _ => new { experiment_id = "999999" }),
            Post("/experiments/restore", Edit, _ => experiment),
            Post(
                "/experiments/set-experiment-tag",
                Edit,
                _ => new
                {
                    experiment_id = "0",
                    key = "a",
                    value = "b",
                }
            ),
            Post("/experiments/delete-experiment-tag", Edit, _ => new { experiment_id = "0", key = "a" }),
            Post("/runs/create", Create, _ => new { }),
            Get("/runs/get", w => $"?run_id={w.Run}", ReadRun),
            Post("/runs/update", TrackRun, w => new { run_id = w.Run }),
            Post("/runs/delete", Edit, w => new { run_id = w.Unknown }),
            Post("/runs/restore", Edit, w => new { run_id = w.Unknown }),
            Post("/runs/search", Read, _ => new { experiment_ids = new[] { "0" }, max_results = 1 }),
            Post(
                "/runs/log-metric",
                TrackRun,
                w => new
                {
                    run_id = w.Run,
                    key = "a",
                    value = 1,
                    timestamp = 1,
                }
            ),
            Post(
                "/runs/log-parameter",
                TrackRun,
                w => new
                {
                    run_id = w.Run,
                    key = "a",
                    value = "1",
                }
            ),
            Post(
                "/runs/set-tag",
                TrackRun,
                w => new
                {
                    run_id = w.Run,
                    key = "a",
                    value = "1",
                }
            ),
            Post("/runs/delete-tag", TrackRun, w => new { run_id = w.Run, key = "a" }),
            Post("/runs/log-batch", TrackRun, w => new { run_id = w.Run }),
            Post("/runs/log-model", TrackRun, w => new { run_id = w.Run, model_json = Model }),
            Post("/runs/log-inputs", TrackRun, w => new { run_id = w.Run }),
            Post("/runs/outputs", TrackRun, w => new { run_id = w.Run }),
            Post("/experiments/search-datasets", Read, _ => new { experiment_ids = new[] { "0" } }),
            .. LoggedModels(),
            Get("/metrics/get-history", w => $"?run_id={w.Run}&metric_key=a", ReadRun),
            Get("/metrics/get-history-bulk", w => $"?run_id={w.Run}&metric_key=a", ReadRun),
            Get("/metrics/get-history-bulk-interval", w => $"?run_ids={w.Run}&metric_key=a", ReadRun),
            Table.Of("tracking", $"ANY {prefix}/{{**rest}}", _ => $"{prefix}/none", "++++ ++ +-+"),
        ];

        // Whose model it is, the tests of tracking ask: here is none.
        IEnumerable<Row> LoggedModels()
        {
            const string One = "/logged-models/{model_id}";
            const string None = "/logged-models/m-00000000000000000000000000000000";
            return
            [
                Post("/logged-models", Create, _ => new { experiment_id = "0" }),
                Post("/logged-models/search", ReadOne, _ => new { }),
                OfModel("GET", "", ReadOne, body: null),
                OfModel("PATCH", "", Track, new { status = "LOGGED_MODEL_READY" }),
                OfModel("DELETE", "", Edit, new { }),
                OfModel("POST", "/params", Track, new { }),
                OfModel("PATCH", "/tags", Track, new { }),
                OfModel("DELETE", "/tags/{**tag_key}", Track, new { }),
            ];

            Row OfModel(string method, string rest, string expected, object? body) =>
                Table.Of(
                    "tracking",
                    $"{method} {prefix}{One}{rest}",
                    _ => $"{prefix}{None}{rest.Replace("{**tag_key}", "a", StringComparison.Ordinal)}",
                    expected,
                    _ => body is null ? null : JsonContent.Create(body)
                );
        }

        Row Get(string path, Func<World, string> query, string expected) =>
            Table.Of("tracking", $"GET {prefix}{path}", w => $"{prefix}{path}{query(w)}", expected);

        Row Post(string path, string expected, Func<World, object> body) =>
            Table.Of(
                "tracking",
                $"POST {prefix}{path}",
                _ => $"{prefix}{path}",
                expected,
                w => JsonContent.Create(body(w))
            );
    }
}
