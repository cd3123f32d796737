using System.Net;

namespace Platform.Gateway.Tests;

[Trait("suite", "integration")]
public sealed class Stopping_a_process : IAsyncLifetime
{
    private TestGateway _gateway = null!;

    public async Task InitializeAsync() => _gateway = await TestGateway.StartAsync("--Platform:StopDelay=00:00:05");

    public async Task DisposeAsync() => await _gateway.DisposeAsync();

    [Fact]
    public async Task it_says_so_and_still_answers_for_a_while()
    {
        using var before = await _gateway.SendAsync(HttpMethod.Get, "/health/self");
        Assert.Equal(HttpStatusCode.OK, before.StatusCode);

        var stopped = _gateway.StopAsync();

        await WaitFor.ConditionAsync(
            "it to say that it stops",
            async () =>
            {
                using var self = await _gateway.SendAsync(HttpMethod.Get, "/health/self");
                return self.StatusCode is HttpStatusCode.ServiceUnavailable;
            }
        );
        using var answer = await _gateway.SendAsync(HttpMethod.Get, "/api/jobs");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.True(answer.Headers.ConnectionClose);
        await stopped;
        await Assert.ThrowsAsync<HttpRequestException>(() => _gateway.SendAsync(HttpMethod.Get, "/api/jobs"));
    }
}
