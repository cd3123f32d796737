using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Platform.Gateway.Tests;

internal static class Responses
{
    public static async Task<JsonNode> JsonAsync(this HttpResponseMessage response) =>
        (await response.Content.ReadFromJsonAsync<JsonNode>())!;

    /// <summary>Checks that the answer is a problem document of this kind.</summary>
    public static async Task<JsonNode> ShouldBeProblemAsync(
        this HttpResponseMessage response,
        HttpStatusCode status,
        string code
    )
    {
        Assert.Equal(status, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = await response.JsonAsync();
        Assert.Equal($"/problems/{code}", (string?)problem["type"]);
        return problem;
    }
}
