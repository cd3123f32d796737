using System.Net;
using System.Net.Http.Headers;

namespace Platform.Authorization.Tests;

/// <summary>
/// What an address does not take is refused, also when the client sends it all at once and does not look at the answer before: a
/// service that is said to be away would be asked again for ever.
/// </summary>
[Collection("world")]
[Trait("suite", "integration")]
public sealed class Large_bodies(World world)
{
    private const int MiB = 1 << 20;

    [Theory]
    [InlineData("/api/artifacts/big/versions", 31, false)]
    [InlineData("/api/artifacts/big/versions", 31, true)]
    [InlineData("/api/artifacts/blobs/missing", 31, false)]
    [InlineData("/api/artifacts/blobs/missing", 31, true)]
    [InlineData("/api/jobs", 31, false)]
    [InlineData("/api/jobs", 31, true)]
    [InlineData("/api/jobs", 9, false)]
    [InlineData("/api/jobs", 9, true)]
    [InlineData("/api/runs", 2, false)]
    [InlineData("/api/runs", 2, true)]
    [InlineData("/api/runs", 29, true)]
    public async Task are_refused_by_the_gateway_too(string path, int size, bool isChunked)
    {
        for (var time = 0; time < 3; time++)
        {
            Assert.Equal(
                (HttpStatusCode.RequestEntityTooLarge, "bad-request.body-too-large"),
                await PostAsync(path, new string(' ', size * MiB), isChunked)
            );
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task are_taken_up_to_the_limit(bool isChunked)
    {
        var body = """{"name":"big"}""" + new string(' ', 7 * MiB);

        Assert.Equal((HttpStatusCode.BadRequest, "validation"), await PostAsync("/api/jobs", body, isChunked));
    }

    /// <summary>Sends without waiting for leave to; the answer may come before everything is sent.</summary>
    private async Task<(HttpStatusCode Status, string? Code)> PostAsync(string path, string body, bool isChunked)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(world.Gateway.Address, path));
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Bearer",
            world.Credentials.TokenOf(Asker.Administrator)
        );
        request.Headers.TransferEncodingChunked = isChunked;
        request.Content = new StringContent(body, MediaTypeHeaderValue.Parse("application/json"));
        using var response = await http.SendAsync(request);
        var problem = System.Text.Json.Nodes.JsonNode.Parse(await response.Content.ReadAsStringAsync());
        return (response.StatusCode, (string?)problem!["code"]);
    }
}
