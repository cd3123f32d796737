using System.Net;
using Platform.Contracts.Tracking;

namespace Platform.Tracking.Tests.Files;

/// <summary>The service that keeps files of runs asks this one about them.</summary>
[Trait("suite", "integration")]
public sealed class What_is_said_of_a_run(TrackingHost host) : IClassFixture<TrackingHost>
{
    [Fact]
    public async Task is_its_project_and_experiment_and_later_that_it_was_deleted_restored_and_purged()
    {
        var run = await host.CreateRunAsync("said/vision");
        await host.SendAsync(HttpMethod.Post, $"/api/runs/{run}/finish", new { }, HttpStatusCode.OK);
        var heard = await host.HearAsync(run);

        var first = await heard.ReadAsync();
        Assert.Equal((true, false, "said/vision", null), (first.Exists, first.IsDeleted, first.Project, first.JobId));
        Assert.True(int.Parse(first.Experiment!) > 0);

        using (await host.Http.DeleteAsync($"/api/runs/{run}"))
        {
            var deleted = await heard.ReadAsync();
            Assert.True(deleted is { Exists: true, IsDeleted: true } && deleted.Version > first.Version);
        }

        using (await host.Http.PostAsync($"/api/runs/{run}/restore", null))
        {
            Assert.True(await heard.ReadAsync() is { Exists: true, IsDeleted: false });
        }

        using (await host.Http.DeleteAsync($"/api/runs/{run}"))
        {
            await heard.ReadAsync();
        }

        await host.SendAsync(HttpMethod.Post, "/api/runs/purge", new { ids = new[] { run } }, HttpStatusCode.OK);
        Assert.True(await heard.ReadAsync() is { Exists: false, Version: > 0 });
    }

    [Fact]
    public async Task that_never_was_is_that_there_is_none()
    {
        var heard = await host.HearAsync("no-such-run");

        Assert.Equal(
            new FileOwnerAnnounced
            {
                Owner = "no-such-run",
                Exists = false,
                Version = 0,
            },
            await heard.ReadAsync()
        );
    }
}
