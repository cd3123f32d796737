namespace Platform.Jobs.Tests.Integration;

[Trait("suite", "integration")]
public sealed class Describing_the_api(JobsFixture fixture) : IClassFixture<JobsFixture>
{
    [Fact]
    public async Task lists_every_operation_with_a_summary()
    {
        var document = await fixture.Host.GetAsync("/openapi/v1.json");
        var operations = document["paths"]!
            .AsObject()
            .SelectMany(path => path.Value!.AsObject().Select(operation => operation.Value!))
            .ToList();

        Assert.Equal(
            [
                "AppendJobLog",
                "CancelJob",
                "CheckJob",
                "DeleteJob",
                "DeleteJobs",
                "GetAttemptWork",
                "GetJob",
                "GetJobEvents",
                "GetJobLog",
                "ListJobs",
                "PurgeJobs",
                "RestoreJob",
                "RetryJob",
                "SearchLogs",
                "SubmitJob",
            ],
            operations.Select(operation => operation["operationId"]!.GetValue<string>()).Order()
        );
        Assert.All(operations, operation => Assert.NotEmpty(operation["summary"]!.GetValue<string>()));
    }

    [Theory]
    [InlineData("/api/jobs/not-an-id")]
    [InlineData("/api/nowhere")]
    public async Task answers_unknown_paths_with_a_problem(string path)
    {
        using var response = await fixture.Host.Http.GetAsync(path);

        Assert.Equal(System.Net.HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
    }
}
