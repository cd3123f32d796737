using System.Text.Json.Nodes;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Platform.Artifacts.Tests.Host;
using Platform.Contracts.Artifacts;
using Platform.Contracts.Projects;

namespace Platform.Artifacts.Tests.Retention;

[Trait("suite", "integration")]
public sealed class A_sweep_that_fails_in_part(SweepingHost host) : IClassFixture<SweepingHost>
{
    [Fact]
    public async Task does_the_rest()
    {
        await host.ReceivedRecycleBinAsync(days: 31);
        var (project, stuck, name) = (
            $"kept{Guid.CreateVersion7():N}",
            ArtifactsHost.NewName("stuck"),
            ArtifactsHost.NewName()
        );
        foreach (var artifact in new[] { stuck, name })
        {
            for (var i = 0; i < 2; i++)
            {
                await MakeAsync(artifact, project);
            }
        }

        await using (await RefusedChanges.CreateAsync(host, "update", stuck))
        {
            await host
                .Services.GetRequiredService<IBus>()
                .Publish(
                    new ProjectSettingsMessage
                    {
                        Projects =
                        [
                            new ProjectSetting
                            {
                                Path = project,
                                RetentionDays = 30,
                                Version = 1,
                            },
                        ],
                    }
                );
            await WaitFor.ConditionAsync("the other to be deleted", async () => await DeletedAsync(name) == 1);
            Assert.Equal(0, await DeletedAsync(stuck));
            // The later part of the sweep too.
            await host.ExecuteAsync(
                "update artifact_version set deleted_at = now() - interval '31 days' where name = $1 and number = 1",
                name
            );
            await WaitFor.ConditionAsync("the other to be purged", async () => await DeletedAsync(name) == 0);
        }

        await WaitFor.ConditionAsync("the stuck one to be deleted", async () => await DeletedAsync(stuck) == 1);
    }

    private async Task MakeAsync(string name, string project)
    {
        var file = await host.UploadAsync("file", ArtifactsHost.RandomBytes(10));
        await host.CreateAsync(
            name,
            new CreateVersion
            {
                Files = [file],
                Project = project,
                JobId = Guid.CreateVersion7(),
                Attempt = 1,
            }
        );
        await host.ExecuteAsync(
            "update artifact_version set created_at = now() - interval '31 days' where name = $1",
            name
        );
    }

    private async Task<int> DeletedAsync(string name) =>
        (await host.GetAsync<JsonNode>($"/api/artifacts/{name}/versions?deleted=true"))["items"]!.AsArray().Count;
}
