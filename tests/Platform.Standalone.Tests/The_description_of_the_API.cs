using System.Text.Json.Nodes;

namespace Platform.Standalone.Tests;

[Trait("suite", "e2e")]
public sealed class The_description_of_the_API : IAsyncLifetime
{
    private readonly StandaloneProcess _platform = new();

    public Task InitializeAsync() => _platform.UpAsync();

    public async Task DisposeAsync() => await _platform.DisposeAsync();

    [Fact]
    public async Task is_the_one_that_clients_are_made_from()
    {
        using var client = new HttpClient();
        var text = await client.GetStringAsync(new Uri($"http://127.0.0.1:{_platform.Port}/openapi/v1.json"));
        var document = JsonNode.Parse(text)!.AsObject();
        // Where it is served and by which version is not part of it.
        document.Remove("servers");
        document["info"]!.AsObject().Remove("version");

        LockedContract.Check("openapi", document);
    }
}
