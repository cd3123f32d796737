using System.Text.Json.Nodes;

namespace Platform.Gateway.Tests.Users;

/// <summary>The first token of a platform, made on its machine.</summary>
[Trait("suite", "integration")]
public sealed class The_first_user : IAsyncLifetime
{
    private TestGateway _gateway = null!;

    public async Task InitializeAsync() =>
        _gateway = await TestGateway.StartAloneAsync(_ => { }, "--Gateway:RequireTokens=always");

    public async Task DisposeAsync() => await _gateway.DisposeAsync();

    [Theory]
    [InlineData(null, "administrator")]
    [InlineData("administrator", "administrator")]
    [InlineData("viewer", "viewer")]
    public async Task is_added_with_the_token_that_names_them(string? asked, string role)
    {
        string[] words = ["tokens", "create", "--user", "anna", "--name", "laptop"];
        var (code, output) = await _gateway.RunCommandAsync(asked is null ? words : [.. words, "--role", asked]);

        Assert.True(code == 0, output);
        var token = JsonNode.Parse(output)!;
        Assert.Equal(("anna", "laptop"), ((string?)token["user"], (string?)token["name"]));
        Assert.Equal($"anna {role}", await _gateway.WhoIsAsync((string)token["token"]!));

        // The second may be a mistyped one.
        Assert.NotEqual(0, (await _gateway.RunCommandAsync("tokens", "create", "--user", "ana", "--role", role)).Code);
        Assert.Single(await UsersAsync());
    }

    [Theory]
    [InlineData("a/b", "viewer")]
    [InlineData("anna", "queen")]
    [InlineData("me", "viewer")]
    public async Task is_not_added_when_the_token_is_refused(string name, string role)
    {
        var (code, _) = await _gateway.RunCommandAsync("tokens", "create", "--user", name, "--role", role);

        Assert.NotEqual(0, code);
        Assert.Empty(await UsersAsync());
    }

    private async Task<JsonArray> UsersAsync() =>
        JsonNode.Parse((await _gateway.RunCommandAsync("users", "list")).Output)!["items"]!.AsArray();
}
