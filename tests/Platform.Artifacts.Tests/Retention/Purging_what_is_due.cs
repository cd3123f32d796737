using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Platform.Artifacts.Retention;
using Platform.Artifacts.Tests.Host;
using Platform.EventStore;

namespace Platform.Artifacts.Tests.Retention;

[Trait("suite", "integration")]
public sealed class Purging_what_is_due(ArtifactsHost host) : IClassFixture<ArtifactsHost>
{
    [Fact]
    public async Task counts_the_days_from_the_upgrade_for_what_was_deleted_before_it()
    {
        var name = ArtifactsHost.NewName();
        await DeleteAsync(name, days: 400);
        await host.ReceivedRecycleBinAsync(days: 29);

        await PurgeDueAsync();
        Assert.True(await IsInRecycleBinAsync(name));

        await host.ReceivedRecycleBinAsync(days: 31);
        await PurgeDueAsync();
        Assert.False(await IsInRecycleBinAsync(name));
    }

    [Fact]
    public async Task goes_on_behind_versions_that_cannot_be_purged()
    {
        await host.ReceivedRecycleBinAsync(days: 31);
        var (stuck, name) = (ArtifactsHost.NewName("stuck"), ArtifactsHost.NewName());
        // More than are looked at in one step, and older.
        const int Versions = 101;
        for (var number = 1; number <= Versions; number++)
        {
            await host.CreateAsync(stuck);
            await host.SendAsync(HttpMethod.Delete, $"/api/artifacts/{stuck}/versions/{number}");
        }

        await AgeAsync(stuck, days: 50);
        await DeleteAsync(name, days: 40);
        await using var refused = await RefusedChanges.CreateAsync(host, "delete", stuck);

        await PurgeDueAsync();

        Assert.False(await IsInRecycleBinAsync(name));
        Assert.True(await IsInRecycleBinAsync(stuck));
    }

    private Task PurgeDueAsync() =>
        host
            .Services.GetRequiredService<VersionPurge>()
            .PurgeDueAsync(TimeProvider.System.GetUtcNow().AddDays(-30), new EventMetadata(), CancellationToken.None);

    private async Task DeleteAsync(string name, int days)
    {
        await host.CreateAsync(name);
        await host.SendAsync(HttpMethod.Delete, $"/api/artifacts/{name}/versions/1");
        await AgeAsync(name, days);
    }

    private Task<int> AgeAsync(string name, int days) =>
        host.ExecuteAsync(
            "update artifact_version set deleted_at = now() - make_interval(days => $2) where name = $1",
            name,
            days
        );

    private async Task<bool> IsInRecycleBinAsync(string name)
    {
        var (status, page) = await host.SendAsync(HttpMethod.Get, $"/api/artifacts/{name}/versions?deleted=true");
        return status == 200 && page!["items"]!.AsArray().Count > 0;
    }
}
