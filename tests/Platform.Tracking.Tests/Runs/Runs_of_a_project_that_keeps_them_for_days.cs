using System.Net;
using System.Text.Json.Nodes;
using Platform.Contracts.Projects;

namespace Platform.Tracking.Tests.Runs;

[Trait("suite", "integration")]
public sealed class Runs_of_a_project_that_keeps_them_for_days(TrackingHost host) : IClassFixture<TrackingHost>
{
    private static readonly object _point = new { key = "loss", value = 0.5 };

    [Fact]
    public async Task go_into_the_recycle_bin_when_they_ended_longer_ago()
    {
        var project = $"kept{Guid.CreateVersion7():N}";
        var (old, young) = (await EndedAsync(project, days: 31), await EndedAsync(project, days: 29));
        var running = await host.CreateRunAsync(project);
        await AgeAsync(running, days: 31);

        await KeepAsync(project, days: 30);

        await WaitFor.ConditionAsync("the old one to be deleted", async () => await DeletionAsync(old) is not null);
        Assert.Equal("service:tracking", (await DeletionAsync(old))!["by"]!.GetValue<string>());
        Assert.Null(await DeletionAsync(young));
        Assert.Null(await DeletionAsync(running));
    }

    [Fact]
    public async Task stay_while_they_are_changed_or_written()
    {
        var project = $"kept{Guid.CreateVersion7():N}";
        var (changed, written) = (await EndedAsync(project, days: 31), await EndedAsync(project, days: 31));
        await host.SendAsync(HttpMethod.Patch, $"/api/runs/{changed}", new { name = "again" }, HttpStatusCode.OK);
        await host.LogAsync(written, _point);
        var old = await EndedAsync(project, days: 31);

        await KeepAsync(project, days: 30);

        await WaitFor.ConditionAsync("the old one to be deleted", async () => await DeletionAsync(old) is not null);
        // Ends one sweep and the next, whatever their order.
        var next = await EndedAsync(project, days: 31);
        await WaitFor.ConditionAsync("the next one to be deleted", async () => await DeletionAsync(next) is not null);
        Assert.Null(await DeletionAsync(changed));
        Assert.Null(await DeletionAsync(written));
    }

    [Fact]
    public async Task do_not_wait_for_one_that_cannot_be_deleted()
    {
        var project = $"kept{Guid.CreateVersion7():N}";
        var (stuck, old) = (await EndedAsync(project, days: 32), await EndedAsync(project, days: 31));
        var (unpurged, due) = (await EndedAsync(project, days: 0), await EndedAsync(project, days: 0));
        foreach (var id in new[] { unpurged, due })
        {
            // So many that they are a chunk.
            await host.LogAsync(
                id,
                [
                    .. Enumerable
                        .Range(1, 500)
                        .Select(step => new
                        {
                            key = "loss",
                            step,
                            value = 0.5,
                        }),
                ]
            );
        }

        var (first, last) = (await SeriesAsync(unpurged), await SeriesAsync(due));
        await ExecuteAsync(
            $"""
            create function refuse() returns trigger language plpgsql as $$ begin raise exception 'refused'; end $$;
            create trigger refuse_deletion before update on run for each row
              when (old.id = '{stuck}' and new.deleted_at is not null) execute function refuse();
            create trigger refuse_purge before delete on run for each row
              when (old.id = '{unpurged}') execute function refuse();
            create trigger refuse_points before delete on metric_chunk for each row
              when (old.series_id = {first}) execute function refuse();
            insert into purged_series (id) values ({first});
            """
        );
        foreach (var (id, days) in new[] { (unpurged, 32), (due, 31) })
        {
            await host.SendAsync(HttpMethod.Delete, $"/api/runs/{id}", null, HttpStatusCode.OK);
            await ExecuteAsync(
                $"update run set deleted_at = deleted_at - make_interval(days => {days}) where id = '{id}'"
            );
        }

        await KeepAsync(project, days: 30);

        await WaitFor.ConditionAsync("the other to be deleted", async () => await DeletionAsync(old) is not null);
        await WaitFor.ConditionAsync("the other to be purged", async () => await CountAsync("run", "id", due) == 0);
        await WaitFor.ConditionAsync(
            "the other's points to be deleted",
            async () => await CountAsync("metric_chunk", "series_id", last) == 0
        );
        Assert.Null(await DeletionAsync(stuck));
        Assert.NotNull(await DeletionAsync(unpurged));
        Assert.Equal(1, await CountAsync("metric_chunk", "series_id", first));
    }

    private Task KeepAsync(string project, int days) =>
        host.PublishAsync(
            new ProjectSettingsMessage
            {
                Projects =
                [
                    new ProjectSetting
                    {
                        Path = project,
                        RetentionDays = days,
                        Version = 1,
                    },
                ],
            }
        );

    private async Task<JsonNode?> DeletionAsync(string id) => (await host.GetAsync($"/api/runs/{id}"))["deletion"];

    private async Task<string> EndedAsync(string project, int days)
    {
        var id = await host.CreateRunAsync(project);
        await host.LogAsync(id, _point);
        await host.SendAsync(HttpMethod.Post, $"/api/runs/{id}/finish", new { }, HttpStatusCode.OK);
        await AgeAsync(id, days);
        return id;
    }

    private Task AgeAsync(string id, int days) =>
        ExecuteAsync(
            $"""
            update run set created_at = created_at - make_interval(days => {days}),
              ended_at = ended_at - make_interval(days => {days}),
              updated_at = updated_at - make_interval(days => {days})
            where id = '{id}';
            update metric_run set logged_at = logged_at - make_interval(days => {days}) where run_id = '{id}';
            """
        );

    private async Task<long> SeriesAsync(string id)
    {
        await using var command = host.Store.DataSource.CreateCommand("select id from metric_series where run_id = $1");
        command.Parameters.Add(new() { Value = id });
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private async Task<long> CountAsync(string table, string column, object value)
    {
        await using var command = host.Store.DataSource.CreateCommand(
            $"select count(*) from {table} where {column} = $1"
        );
        command.Parameters.Add(new() { Value = value });
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = host.Store.DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
