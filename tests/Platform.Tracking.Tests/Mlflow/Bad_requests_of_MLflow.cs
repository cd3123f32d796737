using System.Net;

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
    [InlineData("/runs/update", """{"run_id":"{0}","status":"DONE"}""", "Invalid value")]
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
