using System.Text.Json.Nodes;
using MassTransit;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Platform.Artifacts.Tests.Host;
using Platform.Contracts.Artifacts;
using Platform.Contracts.Projects;

namespace Platform.Artifacts.Tests.Retention;

/// <summary>A host that looks often for what is kept no longer.</summary>
public sealed class SweepingHost : ArtifactsHost
{
    protected override void Configure(IWebHostBuilder builder) =>
        builder.UseSetting("Artifacts:RetentionInterval", "00:00:00.100");
}

[Trait("suite", "integration")]
public sealed class Versions_of_a_project_that_keeps_them_for_days(SweepingHost host) : IClassFixture<SweepingHost>
{
    [Fact]
    public async Task go_into_the_recycle_bin_when_a_job_made_them_longer_ago_and_stay_once_restored()
    {
        var (project, name) = ($"kept{Guid.CreateVersion7():N}", ArtifactsHost.NewName());
        var job = Guid.CreateVersion7();
        var old = await MakeAsync(name, project, job, days: 31);
        var aliased = await MakeAsync(name, project, job, days: 31, "production");
        var uploaded = await MakeAsync(name, project, job: null, days: 31);
        var young = await MakeAsync(name, project, job, days: 29);
        var newest = await MakeAsync(name, project, job, days: 31);

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

        await WaitFor.ConditionAsync(
            "the old one to be deleted",
            async () => (await NumbersAsync($"{name}/versions?deleted=true")).SequenceEqual([old])
        );
        Assert.Equal([newest, young, uploaded, aliased], await NumbersAsync($"{name}/versions"));

        await host.SendAsync(HttpMethod.Post, $"/api/artifacts/{name}/versions/{old}/restore");
        var next = await MakeAsync(name, project, job, days: 31);
        await WaitFor.ConditionAsync(
            "the version that is the newest no more to be deleted",
            async () => (await NumbersAsync($"{name}/versions?deleted=true")).SequenceEqual([newest])
        );
        Assert.Equal([next, young, uploaded, aliased, old], await NumbersAsync($"{name}/versions"));
    }

    [Fact]
    public async Task are_purged_when_they_were_in_the_recycle_bin_for_30_days()
    {
        await host.ReceivedRecycleBinAsync(days: 31);
        var name = ArtifactsHost.NewName();
        for (var i = 0; i < 3; i++)
        {
            await host.CreateAsync(name, $"{name} {i}");
        }

        foreach (var (number, days) in new[] { (1, 31), (2, 29) })
        {
            await host.SendAsync(HttpMethod.Delete, $"/api/artifacts/{name}/versions/{number}");
            await ExecuteAsync(
                "update artifact_version set deleted_at = now() - make_interval(days => $3) where name = $1 and number = $2",
                name,
                number,
                days
            );
        }

        await WaitFor.ConditionAsync(
            "the first one to be purged",
            async () => (await NumbersAsync($"{name}/versions?deleted=true")).SequenceEqual([2])
        );
    }

    private async Task<int> MakeAsync(string name, string project, Guid? job, int days, params string[] aliases)
    {
        var file = await host.UploadAsync("file", ArtifactsHost.RandomBytes(10));
        var made = await host.CreateAsync(
            name,
            new CreateVersion
            {
                Files = [file],
                Project = project,
                JobId = job,
                Attempt = job is null ? null : 1,
                Aliases = aliases,
            }
        );
        await ExecuteAsync(
            "update artifact_version set created_at = now() - make_interval(days => $3) where name = $1 and number = $2",
            name,
            made.Version,
            days
        );
        return made.Version;
    }

    private async Task ExecuteAsync(string sql, string name, int number, int days)
    {
        await using var command = host.Services.GetRequiredService<ArtifactsStore>().DataSource.CreateCommand(sql);
        command.Parameters.Add(new() { Value = name });
        command.Parameters.Add(new() { Value = number });
        command.Parameters.Add(new() { Value = days });
        await command.ExecuteNonQueryAsync();
    }

    private async Task<IReadOnlyList<int>> NumbersAsync(string path) =>
        [
            .. (await host.GetAsync<JsonNode>($"/api/artifacts/{path}"))["items"]!
                .AsArray()
                .Select(item => (int)item!["version"]!),
        ];
}
