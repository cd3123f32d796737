using System.Net;
using System.Net.Http.Json;
using Platform.Nodes.Joining;
using Platform.Nodes.Tests.Hosting;

namespace Platform.Nodes.Tests.Joining;

[Trait("suite", "integration")]
public sealed class A_join_token : WithNodesHost
{
    [Fact]
    [Trait("check", "NODE-01")]
    public async Task is_accepted_until_it_is_revoked()
    {
        var host = await StartAsync();
        using var response = await host.Http.PostAsJsonAsync("/api/nodes/join-tokens", new { name = "rack 7" });
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        var created = (await response.Content.ReadFromJsonAsync<CreatedJoinToken>())!;
        Assert.StartsWith("pjt_", created.Token, StringComparison.Ordinal);

        using (var first = await host.TryJoinAsync(Guid.CreateVersion7(), token: created.Token))
        {
            Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        }

        Assert.NotNull(Assert.Single(await ListAsync(host)).LastUsedAt);
        using (var revoked = await host.Http.DeleteAsync($"/api/nodes/join-tokens/{created.Id}"))
        {
            Assert.Equal(HttpStatusCode.NoContent, revoked.StatusCode);
        }

        using var second = await host.TryJoinAsync(Guid.CreateVersion7(), token: created.Token);
        Assert.Equal(HttpStatusCode.Unauthorized, second.StatusCode);
        Assert.NotNull(Assert.Single(await ListAsync(host)).RevokedAt);
    }

    [Fact]
    public async Task is_shown_once_and_stored_as_a_hash()
    {
        var host = await StartAsync();
        using var response = await host.Http.PostAsync("/api/nodes/join-tokens", null);
        var created = (await response.Content.ReadFromJsonAsync<CreatedJoinToken>())!;

        Assert.DoesNotContain(
            created.Token,
            await host.Http.GetStringAsync("/api/nodes/join-tokens"),
            StringComparison.Ordinal
        );
        Assert.DoesNotContain(created.Token[4..], await host.DumpAsync("join_token"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task expires()
    {
        var clock = new FakeClock();
        var host = await StartAsync(clock);
        using var response = await host.Http.PostAsJsonAsync("/api/nodes/join-tokens", new { expiresInHours = 2 });
        var created = (await response.Content.ReadFromJsonAsync<CreatedJoinToken>())!;
        Assert.Equal(clock.GetUtcNow().AddHours(2), created.ExpiresAt);

        clock.Advance(TimeSpan.FromMinutes(119));
        using var before = await host.TryJoinAsync(Guid.CreateVersion7(), token: created.Token);
        clock.Advance(TimeSpan.FromMinutes(2));
        using var after = await host.TryJoinAsync(Guid.CreateVersion7(), token: created.Token);

        Assert.Equal(HttpStatusCode.OK, before.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, after.StatusCode);
    }

    [Fact]
    public async Task that_does_not_exist_cannot_be_revoked()
    {
        var host = await StartAsync();

        using var response = await host.Http.DeleteAsync($"/api/nodes/join-tokens/{Guid.CreateVersion7()}");

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Contains(
            "\"/problems/join-token.not-found\"",
            await response.Content.ReadAsStringAsync(),
            StringComparison.Ordinal
        );
    }

    private static async Task<IReadOnlyList<JoinTokenInfo>> ListAsync(NodesHost host) =>
        (await host.Http.GetFromJsonAsync<JoinTokenList>("/api/nodes/join-tokens"))!.Items;
}
