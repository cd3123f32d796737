using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace Platform.Gateway.Tests.Security;

[Trait("suite", "integration")]
public sealed class Streams_that_stay_open : IAsyncLifetime
{
    private const string Log = "/api/jobs/0198c7a2-0000-7000-8000-000000000001/logs?follow=true";
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(30);
    private TestGateway _gateway = null!;
    private string _admin = null!;

    public async Task InitializeAsync()
    {
        _gateway = await TestGateway.StartAsync(
            "--Gateway:RequireTokens=always",
            "--Gateway:CheckStreamsEvery=00:00:00.05"
        );
        _admin = await _gateway.TokenAsync("root", "administrator");
        await _gateway.AddUserAsync(_admin, "anna", "viewer");
    }

    public async Task DisposeAsync() => await _gateway.DisposeAsync();

    [Fact]
    public async Task end_when_their_user_is_disabled()
    {
        using var stream = await OpenAsync((string)(await MakeTokenAsync())["token"]!);

        using var disabled = await _gateway.SendAsync(HttpMethod.Post, "/api/users/anna/disable", _admin);
        disabled.EnsureSuccessStatusCode();

        await Assert.ThrowsAnyAsync<IOException>(() => stream.ReadLineAsync().WaitAsync(_limit));
    }

    [Fact]
    public async Task end_when_their_token_is_revoked_while_others_go_on()
    {
        var token = await MakeTokenAsync();
        using var others = await OpenAsync((string)(await MakeTokenAsync())["token"]!);
        using var stream = await OpenAsync((string)token["token"]!);

        using var revoked = await _gateway.SendAsync(
            HttpMethod.Delete,
            $"/api/tokens/{token["id"]}",
            _admin,
            body: null
        );
        revoked.EnsureSuccessStatusCode();

        await Assert.ThrowsAnyAsync<IOException>(() => stream.ReadLineAsync().WaitAsync(_limit));
        // Until the service knows that the stream has ended, it may send the line there.
        await WaitFor.ConditionAsync("one follower", () => Task.FromResult(_gateway["jobs"].Followers == 1));
        await _gateway["jobs"].Lines.Writer.WriteAsync("still here");
        Assert.Equal("data: still here", await others.ReadLineAsync().WaitAsync(_limit));
    }

    private Task<JsonNode> MakeTokenAsync() =>
        _gateway.MakeTokenAsync(
            _admin,
            new
            {
                name = $"t-{Guid.CreateVersion7()}",
                user = "anna",
                role = "viewer",
            }
        );

    private async Task<StreamReader> OpenAsync(string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Log);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        var answer = await _gateway.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        answer.EnsureSuccessStatusCode();
        return new StreamReader(await answer.Content.ReadAsStreamAsync());
    }
}
