using System.Net;
using System.Text.Json.Nodes;
using Platform.Contracts.Projects;

namespace Platform.Tracking.Tests.Runs;

[Trait("suite", "integration")]
public sealed class Runs_of_a_project_that_keeps_them_for_days(TrackingHost host) : IClassFixture<TrackingHost>
{
    [Fact]
    public async Task go_into_the_recycle_bin_when_they_ended_longer_ago()
    {
        var project = $"kept{Guid.CreateVersion7():N}";
        var (old, young) = (await EndedAsync(project, days: 31), await EndedAsync(project, days: 29));
        var running = await host.CreateRunAsync(project);
        await AgeAsync(running, days: 31);

        await host.PublishAsync(
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

        await WaitFor.ConditionAsync("the old one to be deleted", async () => await DeletionAsync(old) is not null);
        Assert.Equal("service:tracking", (await DeletionAsync(old))!["by"]!.GetValue<string>());
        Assert.Null(await DeletionAsync(young));
        Assert.Null(await DeletionAsync(running));
    }

    private async Task<JsonNode?> DeletionAsync(string id) => (await host.GetAsync($"/api/runs/{id}"))["deletion"];

    private async Task<string> EndedAsync(string project, int days)
    {
        var id = await host.CreateRunAsync(project);
        await host.SendAsync(HttpMethod.Post, $"/api/runs/{id}/finish", new { }, HttpStatusCode.OK);
        await AgeAsync(id, days);
        return id;
    }

    private async Task AgeAsync(string id, int days)
    {
        await using var command = host.Store.DataSource.CreateCommand(
            """
            update run set created_at = created_at - make_interval(days => $2),
              ended_at = ended_at - make_interval(days => $2)
            where id = $1
            """
        );
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(new() { Value = days });
        await command.ExecuteNonQueryAsync();
    }
}
