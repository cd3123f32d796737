using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Platform.Gateway.Tests;

/// <summary>What the framework says of a body is said in the platform's own words.</summary>
[Trait("suite", "integration")]
public sealed class Bodies_of_requests(Bodies_of_requests.Platform platform)
    : IClassFixture<Bodies_of_requests.Platform>
{
    [Theory]
    [InlineData("application/json")]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("application/json; charset=\"UTF-8\"")]
    [InlineData("application/json;charset=\"utf-8\"; profile=\"a\"")]
    public async Task are_read(string type)
    {
        using var answer = await SendAsync("""{"name":"a","at":{"first":1}}""", type);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Theory]
    [InlineData(" ")]
    [InlineData("text/plain")]
    [InlineData("application/json, text/plain")]
    [InlineData("application/json; charset=klingon")]
    [InlineData("application/json; charset=\"klingon\"")]
    [InlineData("application/json; charset=\"utf-8; x\"")]
    [InlineData("application/json; charset=utf-7")]
    public async Task of_another_type_are_refused(string type)
    {
        using var answer = await SendAsync("{}", type);

        await answer.ShouldBeProblemAsync(HttpStatusCode.UnsupportedMediaType, "address.unsupported-media-type");
    }

    [Fact]
    public async Task that_are_compressed_are_refused()
    {
        using var answer = await SendAsync("{}", "application/json", "gzip");

        var problem = await answer.ShouldBeProblemAsync(
            HttpStatusCode.UnsupportedMediaType,
            "address.unsupported-media-type"
        );
        Assert.Equal("address.compressed", (string?)problem["code"]);
    }

    [Theory]
    [InlineData("{}", "The field 'name' is missing.")]
    [InlineData("""{"name":"a","at":{}}""", "The field 'at.first' is missing.")]
    [InlineData(
        """{"name":"a","at":3}""",
        "The field 'at' has the wrong type, is out of range or is missing something."
    )]
    public async Task without_a_field_are_told_which(string body, string detail)
    {
        using var answer = await SendAsync(body, "application/json");

        var problem = await answer.ShouldBeProblemAsync(HttpStatusCode.BadRequest, "invalid-json");
        Assert.Equal(detail, (string?)problem["detail"]);
    }

    private async Task<HttpResponseMessage> SendAsync(string body, string type, string? coding = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/try");
        request.Content = new StringContent(body);
        request.Content.Headers.Remove("Content-Type");
        request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        if (coding is not null)
        {
            request.Content.Headers.TryAddWithoutValidation("Content-Encoding", coding);
        }

        return await platform.Gateway.Client.SendAsync(request);
    }

    public sealed class Platform : IAsyncLifetime
    {
        internal TestGateway Gateway { get; private set; } = null!;

        public async Task InitializeAsync() =>
            Gateway = await TestGateway.StartAloneAsync(app =>
                app.MapPost("/api/try", (Body body) => Results.Ok(body.Name)).AllowAnonymous()
            );

        public async Task DisposeAsync() => await Gateway.DisposeAsync();
    }

    internal sealed record Body
    {
        public required string Name { get; init; }
        public required Times At { get; init; }
    }

    internal sealed record Times
    {
        public required int First { get; init; }
    }
}
