using System.Text.Json.Nodes;

namespace Platform.Authorization.Tests;

/// <summary>Attempts are counted from 1 and ranks from 0; other numbers name nothing, whoever asks.</summary>
[Collection("world")]
[Trait("suite", "integration")]
public sealed class Numbers_of_no_process(World world)
{
    [Theory]
    [InlineData("GET", "attempts/0/work", Asker.LeaseNode, "attempt", "0")]
    [InlineData("GET", "attempts/-1/work", Asker.LeaseNode, "attempt", "-1")]
    [InlineData("GET", "attempts/-2147483648/work", Asker.LeaseNode, "attempt", "-2147483648")]
    [InlineData("GET", "attempts/2/work?rank=-1", Asker.LeaseNode, "rank", "-1")]
    [InlineData("GET", "attempts/-1/work", Asker.OtherNode, "attempt", "-1")]
    [InlineData("POST", "logs?attempt=0&offset=0", Asker.LeaseNode, "attempt", "0")]
    [InlineData("POST", "logs?attempt=-1&offset=0", Asker.Administrator, "attempt", "-1")]
    [InlineData("POST", "logs?attempt=2&offset=0&rank=-1", Asker.LeaseNode, "rank", "-1")]
    [InlineData("POST", "logs?attempt=2&offset=0&rank=-1", Asker.Administrator, "rank", "-1")]
    [InlineData("GET", "logs?attempt=0", Asker.Viewer, "attempt", "0")]
    [InlineData("GET", "logs?attempt=-1", Asker.Viewer, "attempt", "-1")]
    [InlineData("GET", "logs?rank=-1", Asker.Viewer, "rank", "-1")]
    public async Task are_not_found(string method, string path, Asker asker, string what, string number)
    {
        var (status, body) = await world.SendAsync(new HttpMethod(method), $"/api/jobs/{world.Job}/{path}", asker);

        var problem = JsonNode.Parse(body)!;
        Assert.Equal(
            (404, $"/problems/{what}.not-found", $"There is no {what} '{number}'."),
            (status, $"{problem["type"]}", $"{problem["detail"]}")
        );
    }
}
