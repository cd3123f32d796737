using System.Net.Http.Json;

namespace Platform.Gateway.Tests.Proxy;

/// <summary>One id leads through the logs of all services that a request reaches.</summary>
[Trait("suite", "integration")]
public sealed class Naming_a_request : IAsyncLifetime
{
    private TestGateway _gateway = null!;

    public async Task InitializeAsync() => _gateway = await TestGateway.StartAsync();

    public async Task DisposeAsync() => await _gateway.DisposeAsync();

    [Theory]
    [InlineData("X-Request-ID", "browser-42", "^browser-42$")]
    [InlineData("X-Correlation-ID", "browser-42", "^browser-42$")]
    [InlineData("X-Request-ID", "no name \" of ours", "^[0-9a-f]{32}$")]
    [InlineData(
        "traceparent",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "^0af7651916cd43dd8448eb211c80319c$"
    )]
    public async Task tells_the_service_and_the_client_its_id(string header, string value, string expected)
    {
        using var answer = await _gateway.SendAsync(
            HttpMethod.Get,
            "/api/jobs/1",
            await _gateway.TokenAsync("anna", "administrator"),
            (header, value)
        );
        var seen = (await answer.Content.ReadFromJsonAsync<Seen>())!;

        Assert.Matches(expected, seen.RequestId);
        Assert.Equal([seen.RequestId], answer.Headers.GetValues("X-Request-ID"));
    }
}
