using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Platform.ServiceDefaults;

namespace Platform.Tracking.Tests.Mlflow;

/// <summary>Sends requests as MLflow's clients do.</summary>
internal static class MlflowCalls
{
    public const string Prefix = "/api/2.0/mlflow";

    public static Task<JsonNode> PostAsync(
        this TrackingHost host,
        string path,
        object body,
        HttpStatusCode expected = HttpStatusCode.OK,
        Caller? caller = null
    ) => host.CallAsync(HttpMethod.Post, path, body, expected, caller);

    public static async Task<JsonNode> CallAsync(
        this TrackingHost host,
        HttpMethod method,
        string path,
        object body,
        HttpStatusCode expected = HttpStatusCode.OK,
        Caller? caller = null
    )
    {
        using var request = new HttpRequestMessage(method, Prefix + path)
        {
            Content = body is string text
                ? new StringContent(text, Encoding.UTF8, "application/json")
                : JsonContent.Create(body),
        };
        if (caller is not null)
        {
            request.Headers.Authorization = SignedIn.As(caller);
        }

        return await AnswerAsync(host, request, expected);
    }

    public static async Task<JsonNode> AskAsync(
        this TrackingHost host,
        string pathAndQuery,
        HttpStatusCode expected = HttpStatusCode.OK,
        Caller? caller = null
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Prefix + pathAndQuery);
        if (caller is not null)
        {
            request.Headers.Authorization = SignedIn.As(caller);
        }

        return await AnswerAsync(host, request, expected);
    }

    /// <summary>The error code of an answer that must be an error.</summary>
    public static string Code(this JsonNode answer) => answer["error_code"]!.GetValue<string>();

    public static string Text(this JsonNode? node) => node!.GetValue<string>();

    public static async Task<string> ExperimentAsync(this TrackingHost host, string name) =>
        (await host.PostAsync("/experiments/create", new { name }))["experiment_id"].Text();

    public static async Task<JsonNode> RunAsync(this TrackingHost host, string experiment, object? tags = null) =>
        (
            await host.PostAsync(
                "/runs/create",
                new
                {
                    experiment_id = experiment,
                    user_id = "anna",
                    run_name = $"run {Guid.CreateVersion7():N}",
                    start_time = 1_700_000_000_000,
                    tags = tags ?? Array.Empty<object>(),
                }
            )
        )["run"]!;

    /// <summary>Parameters or tags.</summary>
    public static object[] Pairs(params (string Key, string Value)[] pairs) =>
        [.. pairs.Select(pair => new { key = pair.Key, value = pair.Value })];

    /// <summary>The id of the logged model that an answer is about.</summary>
    public static string ModelOf(JsonNode answer) => ModelIdOf(answer["model"]);

    public static string ModelIdOf(JsonNode? model) => model!["info"]!["model_id"].Text();

    public static string IdOf(JsonNode run) => run["info"]!["run_id"].Text();

    private static async Task<JsonNode> AnswerAsync(
        TrackingHost host,
        HttpRequestMessage request,
        HttpStatusCode expected
    )
    {
        using var answer = await host.Http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == expected, $"{request.RequestUri} answered {answer.StatusCode}: {text}");
        return JsonNode.Parse(text)!;
    }
}
