using System.Net;
using Platform.Contracts.Services;

namespace Platform.Gateway.Tests.WebApp;

[Trait("suite", "integration")]
public sealed class Addresses_that_are_no_page : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private TestGateway _gateway = null!;

    public async Task InitializeAsync()
    {
        await File.WriteAllTextAsync(_folder.In("index.html"), "the app");
        _gateway = await TestGateway.StartAsync($"--Gateway:WebRoot={_folder.Path}");
    }

    public async Task DisposeAsync()
    {
        await _gateway.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("/api/nothing")]
    [InlineData("/ajax-api/nothing")]
    [InlineData("/get-artifact?path=a&run_uuid=b")]
    [InlineData("/model-versions/get-artifact")]
    [InlineData("/graphql")]
    public async Task are_not_found(string path)
    {
        using var answer = await _gateway.SendAsync(HttpMethod.Get, path);
        await answer.ShouldBeProblemAsync(HttpStatusCode.NotFound, "address.not-found");
    }

    [Fact]
    public async Task are_not_the_app_s_own()
    {
        Assert.Equal("the app", await _gateway.Client.GetStringAsync("/runs/1"));
        Assert.Equal("OK", await _gateway.Client.GetStringAsync("/health"));
        Assert.Equal(PlatformVersion.Current, await _gateway.Client.GetStringAsync("/version"));
    }
}
