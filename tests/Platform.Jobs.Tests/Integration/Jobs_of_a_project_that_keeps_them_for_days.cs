using Platform.Contracts.Projects;

namespace Platform.Jobs.Tests.Integration;

[Trait("suite", "integration")]
public sealed class Jobs_of_a_project_that_keeps_them_for_days : WithJobsHost
{
    private protected override (string Key, string Value)[] Settings => [("Jobs:RetentionInterval", "00:00:00.100")];

    [Fact]
    public async Task go_into_the_recycle_bin_when_they_ended_longer_ago()
    {
        var (old, young) = (await EndedAsync("team", days: 31), await EndedAsync("team", days: 29));
        var (below, elsewhere) = (await EndedAsync("team/a", days: 31), await EndedAsync("teams", days: 31));

        await SayAsync(("team", 30, 1));

        await WaitForDeletionAsync(old);
        await WaitForDeletionAsync(below);
        var deletion = (await Host.JobAsync(old))["deletion"]!;
        Assert.Equal("service:jobs", deletion["by"]!.GetValue<string>());
        Assert.Equal("Older than the retention of project team, 30 days.", deletion["reason"]!.GetValue<string>());
        Assert.Null((await Host.JobAsync(young))["deletion"]);
        Assert.Null((await Host.JobAsync(elsewhere))["deletion"]);
    }

    [Fact]
    public async Task stay_where_a_project_below_it_has_a_setting_of_its_own()
    {
        var (forever, longer) = (await EndedAsync("team/a/x", days: 100), await EndedAsync("team/b", days: 50));
        var (shorter, other) = (await EndedAsync("team/b", days: 61), await EndedAsync("team", days: 11));

        await SayAsync(("team", 10, 1), ("team/a", null, 1), ("team/b", 60, 1));

        await WaitForDeletionAsync(other);
        await WaitForDeletionAsync(shorter);
        Assert.Null((await Host.JobAsync(forever))["deletion"]);
        Assert.Null((await Host.JobAsync(longer))["deletion"]);
    }

    [Fact]
    public async Task follow_the_newest_setting_in_whatever_order_it_is_heard()
    {
        var (old, witness) = (await EndedAsync("team", days: 31), await EndedAsync("other", days: 31));

        await SayAsync(("team", null, 2));
        await SayAsync(("team", 30, 1), ("other", 30, 1));

        await WaitForDeletionAsync(witness);
        Assert.Null((await Host.JobAsync(old))["deletion"]);
    }

    [Fact]
    public async Task stay_once_they_were_restored()
    {
        var restored = await EndedAsync("team", days: 31);
        await SayAsync(("team", 30, 1));
        await WaitForDeletionAsync(restored);

        using var answer = await Host.Http.PostAsync($"/api/jobs/{restored}/restore", content: null);
        answer.EnsureSuccessStatusCode();
        var witness = await EndedAsync("team", days: 31);

        await WaitForDeletionAsync(witness);
        Assert.Null((await Host.JobAsync(restored))["deletion"]);
    }

    [Fact]
    public async Task stay_while_they_have_not_ended()
    {
        var (running, witness) = (await Host.SubmitAsync(JobsHost.Job(project: "team")), await EndedAsync("team", 31));
        await Host.WaitForAsync(running, "running");
        await AgeAsync(running, days: 31);

        await SayAsync(("team", 30, 1));

        await WaitForDeletionAsync(witness);
        Assert.Null((await Host.JobAsync(running))["deletion"]);
    }

    private Task SayAsync(params (string Path, int? Days, long Version)[] projects) =>
        Host.Bus.Publish(
            new ProjectSettingsMessage
            {
                Projects =
                [
                    .. projects.Select(project => new ProjectSetting
                    {
                        Path = project.Path,
                        RetentionDays = project.Days,
                        Version = project.Version,
                    }),
                ],
            }
        );

    private Task WaitForDeletionAsync(Guid id) =>
        WaitFor.ConditionAsync($"{id} to be deleted", async () => (await Host.JobAsync(id))["deletion"] is not null);

    private async Task<Guid> EndedAsync(string project, int days)
    {
        var id = await Host.SubmitAsync(JobsHost.Job(project: project));
        await Host.WaitForAsync(id, "running");
        await Cluster.ExitAsync(id);
        await Host.WaitForAsync(id, "succeeded");
        await AgeAsync(id, days);
        return id;
    }

    private async Task AgeAsync(Guid id, int days)
    {
        await using var command = Host.Store.DataSource.CreateCommand(
            """
            update job_summary set submitted_at = submitted_at - make_interval(days => $2),
              ended_at = ended_at - make_interval(days => $2), changed_at = changed_at - make_interval(days => $2)
            where job_id = $1
            """
        );
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(new() { Value = days });
        await command.ExecuteNonQueryAsync();
    }
}
