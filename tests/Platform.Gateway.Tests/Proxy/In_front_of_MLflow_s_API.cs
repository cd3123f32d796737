using System.Net;
using Platform.Contracts.Services;

namespace Platform.Gateway.Tests.Proxy;

[Trait("suite", "integration")]
public sealed class In_front_of_MLflow_s_API : IAsyncLifetime
{
    private TestGateway _gateway = null!;

    public async Task InitializeAsync() => _gateway = await TestGateway.StartAsync();

    public async Task DisposeAsync() => await _gateway.DisposeAsync();

    [Theory]
    [InlineData("/api/2.0/mlflow/runs/search")]
    [InlineData("/ajax-api/2.0/mlflow/runs/search")]
    public async Task a_service_that_is_away_is_told_in_the_form_that_clients_know(string path)
    {
        await _gateway.StopServiceAsync("tracking");
        using var answer = await _gateway.SendAsync(HttpMethod.Post, path);
        Assert.InRange((int)answer.StatusCode, 502, 503);
        var error = await answer.JsonAsync();
        Assert.Equal("TEMPORARILY_UNAVAILABLE", (string?)error["error_code"]);
        Assert.NotEqual("", (string?)error["message"]);
    }

    [Theory]
    [InlineData("/api/3.0/mlflow/server-info")]
    [InlineData("/ajax-api/3.0/mlflow/traces")]
    [InlineData("/api/2.0/mlflow-gateway/routes")]
    [InlineData("/api/2.0/preview/mlflow/runs/search")]
    public async Task what_the_platform_has_not_is_told_in_the_form_that_clients_know(string path)
    {
        using var answer = await _gateway.SendAsync(HttpMethod.Get, path);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("ENDPOINT_NOT_FOUND", (string?)(await answer.JsonAsync())["error_code"]);
    }

    [Fact]
    public async Task health_and_version_are_told_as_text()
    {
        Assert.Equal("OK", await _gateway.Client.GetStringAsync("/health"));
        Assert.Equal(PlatformVersion.Current, await _gateway.Client.GetStringAsync("/version"));
    }

    [Theory]
    [InlineData("/health")]
    [InlineData("/version")]
    public async Task health_and_version_are_there_for_those_who_only_look(string path)
    {
        using var answer = await _gateway.SendAsync(HttpMethod.Head, path);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }
}
