using System.IO.Compression;
using System.Net;
using System.Text;
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

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    public async Task that_are_compressed_are_read(string coding)
    {
        var body = Compressed("""{"name":"a","at":{"first":1}}"""u8, coding);

        using var answer = await SendAsync(body, "application/json", coding);

        Assert.Equal("\"a\"", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task that_become_too_large_are_refused()
    {
        var body = Compressed(Encoding.UTF8.GetBytes($$"""{"name":"{{new string('a', 40_000_000)}}"}"""), "gzip");

        using var answer = await SendAsync(body, "application/json", "gzip");

        await answer.ShouldBeProblemAsync(HttpStatusCode.RequestEntityTooLarge, "bad-request");
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    public async Task that_are_not_compressed_as_they_say_are_refused(string coding)
    {
        using var answer = await SendAsync("""{"name":"a","at":{"first":1}}""", "application/json", coding);

        await answer.ShouldBeProblemAsync(HttpStatusCode.BadRequest, "bad-request");
    }

    [Theory]
    [InlineData("zstd")]
    [InlineData("gzip, gzip")]
    public async Task in_another_compression_are_refused(string coding)
    {
        using var answer = await SendAsync("{}", "application/json", coding);

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

    private static byte[] Compressed(ReadOnlySpan<byte> body, string coding)
    {
        using var output = new MemoryStream();
        using (
            Stream stream = coding switch
            {
                "gzip" => new GZipStream(output, CompressionLevel.Fastest),
                "deflate" => new ZLibStream(output, CompressionLevel.Fastest),
                _ => new BrotliStream(output, CompressionLevel.Fastest),
            }
        )
        {
            stream.Write(body);
        }

        return output.ToArray();
    }

    private Task<HttpResponseMessage> SendAsync(string body, string type, string? coding = null) =>
        SendAsync(Encoding.UTF8.GetBytes(body), type, coding);

    private async Task<HttpResponseMessage> SendAsync(byte[] body, string type, string? coding = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/try");
        request.Content = new ByteArrayContent(body);
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
