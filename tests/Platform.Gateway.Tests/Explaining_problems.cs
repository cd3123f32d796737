using System.Net;

namespace Platform.Gateway.Tests;

[Trait("suite", "integration")]
public sealed class Explaining_problems : IAsyncLifetime
{
    private TestGateway _gateway = null!;

    public async Task InitializeAsync() => _gateway = await TestGateway.StartAloneAsync(_ => { });

    public async Task DisposeAsync() => await _gateway.DisposeAsync();

    [Fact]
    public async Task the_type_of_a_problem_is_an_address_that_says_what_to_do()
    {
        using var refusal = await _gateway.SendAsync(HttpMethod.Get, "/api/tokens", token: "nonsense");
        var type = (string?)(await refusal.JsonAsync())["type"];

        using var answer = await _gateway.SendAsync(HttpMethod.Get, type!);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("text/plain", answer.Content.Headers.ContentType!.MediaType);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.StartsWith("gateway.token-invalid (401)\n", text, StringComparison.Ordinal);
        Assert.Contains("Make a new one.", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no-such-code")]
    [InlineData("code")]
    public async Task a_code_that_no_service_uses_is_not_found(string code)
    {
        using var answer = await _gateway.SendAsync(HttpMethod.Get, $"/problems/{code}");
        await answer.ShouldBeProblemAsync(HttpStatusCode.NotFound, "problem.not-found");
    }
}
