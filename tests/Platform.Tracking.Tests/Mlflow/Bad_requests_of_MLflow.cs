using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.ServiceDefaults;

namespace Platform.Tracking.Tests.Mlflow;

[Trait("suite", "integration")]
public sealed class Bad_requests_of_MLflow(TrackingHost host) : IClassFixture<TrackingHost>
{
    [Theory]
    [InlineData(
        "/runs/log-metric",
        """{"run_id":"{0}","key":"a","value":1}""",
        "Missing value for required parameter 'timestamp'"
    )]
    [InlineData(
        "/runs/log-metric",
        """{"run_id":"{0}","value":1,"timestamp":1}""",
        "Missing value for required parameter 'key'"
    )]
    [InlineData("/runs/log-metric", """{"run_id":"{0}","key":"a","value":"much","timestamp":1}""", "Got invalid value")]
    [InlineData(
        "/runs/log-metric",
        """{"key":"a","value":1,"timestamp":1}""",
        "Missing value for required parameter 'run_id'"
    )]
    [InlineData("/runs/log-metric", """{"run_id":"{0}","key":"../a","value":1,"timestamp":1}""", "Invalid value")]
    [InlineData("/runs/log-metric", """{"run_id":"{0}","key":"a;b","value":1,"timestamp":1}""", "Invalid value")]
    [InlineData("/runs/log-metric", """{"run_id":"{0}","key":"a","value":1,"timestamp":1e300}""", "Invalid value")]
    [InlineData(
        "/runs/log-parameter",
        """{"run_id":"{0}","key":"a"}""",
        "Missing value for required parameter 'value'"
    )]
    [InlineData("/runs/set-tag", """{"run_id":"{0}","key":"/a","value":"b"}""", "Invalid value")]
    [InlineData("/runs/set-tag", """{"run_id":"{0}","key":"a","value":"\u0000"}""", "Invalid value")]
    [InlineData("/runs/set-tag", """{"run_id":"{0}","key":"a\n","value":"b"}""", "Invalid value")]
    [InlineData("/runs/log-metric", """{"run_id":"{0}","key":"a","value":"\ud800","timestamp":1}""", "surrogate pair")]
    [InlineData("/runs/log-metric", """{"run_id":"{0}","key":"a","value":1,"timestamp":"\ud800"}""", "surrogate pair")]
    [InlineData(
        "/runs/log-metric",
        """{"run_id":"{0}","key":"a","value":1,"timestamp":1,"\ud800":2}""",
        "surrogate pair"
    )]
    [InlineData("/runs/log-metric", "\"\\ud800\"", "surrogate pair")]
    [InlineData(
        "/runs/log-metric",
        """{"run_id":"{0}","key":"a","value":1,"timestamp":1,"step":9007199254740993}""",
        "Invalid value"
    )]
    [InlineData(
        "/runs/log-metric",
        """{"run_id":"{0}","key":"a","value":1,"timestamp":1,"step":"-9007199254740992"}""",
        "Invalid value"
    )]
    [InlineData(
        "/runs/log-metric",
        """{"run_id":"{0}","key":"a","value":1,"timestamp":1,"step":0.5}""",
        "Invalid value"
    )]
    [InlineData("/runs/update", """{"run_id":"{0}","status":"DONE"}""", "Invalid value")]
    [InlineData("/runs/update", """{"run_id":"{0}","status":"SCHEDULED"}""", "its status is RUNNING")]
    [InlineData("/runs/search", """{"experiment_ids":["0"],"order_by":["metrics.a sideways"]}""", "Invalid order_by")]
    [InlineData(
        "/runs/search",
        """{"experiment_ids":["0"],"order_by":["metrics.a; drop table run"]}""",
        "Invalid order_by"
    )]
    [InlineData("/runs/search", """{"experiment_ids":["0"],"order_by":["params.a desc asc"]}""", "Invalid order_by")]
    [InlineData(
        "/runs/search",
        """{"experiment_ids":["0"],"order_by":["start_time","attributes.start_time"]}""",
        "duplicate"
    )]
    [InlineData("/runs/search", """{"experiment_ids":["0"],"filter":"bogus.a = 1"}""", "Invalid filter")]
    [InlineData("/runs/search", """{"experiment_ids":["0"],"order_by":["bogus.a"]}""", "Invalid order_by")]
    [InlineData("/runs/search", """{"experiment_ids":["0"],"max_results":50001}""", "Invalid value")]
    [InlineData("/runs/log-batch", "[1]", "must be a JSON object")]
    [InlineData("/runs/log-batch", "{", "not valid JSON")]
    public async Task are_refused_in_words_that_clients_know(string path, string body, string message)
    {
        var id = MlflowCalls.IdOf(await host.RunAsync("0"));
        var answer = await host.PostAsync(
            path,
            body.Replace("{0}", id, StringComparison.Ordinal),
            HttpStatusCode.BadRequest
        );
        Assert.Contains(message, answer["message"].Text(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/runs/get", "run_id")]
    [InlineData("/runs/log-parameter", "key")]
    [InlineData("/runs/log-metric", "timestamp")]
    [InlineData("/runs/update", "status")]
    [InlineData("/runs/search", "filter")]
    [InlineData("/runs/search", "run_view_type")]
    [InlineData("/experiments/delete", "experiment_id")]
    [InlineData("/experiments/search", "view_type")]
    public async Task are_refused_without_repeating_all_of_them(string path, string field)
    {
        var body = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["run_id"] = MlflowCalls.IdOf(await host.RunAsync("0")),
            ["key"] = "a",
            ["value"] = "1",
            [field] = new string('§', 1_000_000),
        };

        var answer = await host.Http.PostAsync($"{MlflowCalls.Prefix}{path}", JsonContent.Create(body));

        Assert.InRange((int)answer.StatusCode, 400, 404);
        Assert.InRange((await answer.Content.ReadAsStringAsync()).Length, 20, 2000);
    }

    [Theory]
    [InlineData("/api/2.0/mlflow/runs/create", 401, "UNAUTHENTICATED")]
    [InlineData("/ajax-api/2.0/mlflow/runs/create", 401, "UNAUTHENTICATED")]
    [InlineData("/api/2.0/mlflow/runs/create", 403, "PERMISSION_DENIED")]
    [InlineData("/api/2.0/mlflow/runs/create", 413, "BAD_REQUEST")]
    [InlineData("/api/2.0/mlflow/runs/create", 415, "BAD_REQUEST")]
    [InlineData("/api/3.0/mlflow/traces", 404, "ENDPOINT_NOT_FOUND")]
    public async Task have_one_form_of_answer_whoever_refuses_them(string path, int status, string code)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new StringContent(status == 413 ? new string(' ', 31_000_000) : "{}"),
        };
        request.Content.Headers.ContentType = new("application/json");
        if (status == 401)
        {
            request.Headers.Authorization = new("Bearer", "none");
        }
        else if (status == 403)
        {
            request.Headers.Authorization = SignedIn.As(Caller.User("viewer", UserRole.Viewer));
        }
        else if (status == 415)
        {
            request.Content.Headers.ContentEncoding.Add("zstd");
        }

        using var answer = await host.Http.SendAsync(request);

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(status == 401, answer.Headers.WwwAuthenticate.Count > 0);
        var error = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        Assert.Equal(code, error.Code());
        Assert.NotEqual("", error["message"].Text());
    }

    [Fact]
    public async Task change_nothing()
    {
        var id = MlflowCalls.IdOf(await host.RunAsync("0"));
        foreach (
            var wrong in new object[]
            {
                new { status = "DONE" },
                new { status = "FINISHED", end_time = "soon" },
                new { end_time = -1e18 },
            }
        )
        {
            var body = JsonSerializer.SerializeToNode(wrong)!;
            body["run_id"] = id;
            body["run_name"] = "changed";
            await host.PostAsync("/runs/update", body.ToJsonString(), HttpStatusCode.BadRequest);
        }

        Assert.NotEqual("changed", (await host.GetAsync($"/api/runs/{id}"))["name"].Text());
    }

    [Fact]
    public async Task are_not_found_with_the_code_that_clients_know()
    {
        var missing = $"{Guid.CreateVersion7():N}";
        Assert.Equal(
            "RESOURCE_DOES_NOT_EXIST",
            (await host.AskAsync($"/runs/get?run_id={missing}", HttpStatusCode.NotFound)).Code()
        );
        var refused = await host.PostAsync(
            "/runs/set-tag",
            new
            {
                run_id = missing,
                key = "a",
                value = "b",
            },
            HttpStatusCode.NotFound
        );
        Assert.Equal("RESOURCE_DOES_NOT_EXIST", refused.Code());
    }

    [Theory]
    [InlineData("/runs/nothing")]
    [InlineData("/registered-models/create")]
    public async Task for_what_there_is_not_are_told_so(string path) =>
        Assert.Equal("ENDPOINT_NOT_FOUND", (await host.PostAsync(path, "{}", HttpStatusCode.NotFound)).Code());
}
