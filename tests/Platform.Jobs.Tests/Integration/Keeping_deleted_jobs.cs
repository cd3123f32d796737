using System.Text.Json.Nodes;

namespace Platform.Jobs.Tests.Integration;

[Trait("suite", "integration")]
public sealed class Keeping_deleted_jobs : WithJobsHost
{
    private protected override (string Key, string Value)[] Settings =>
        [("Jobs:RetentionInterval", "00:00:00.100"), ("Jobs:KeepDeleted", "30.00:00:00")];

    [Fact]
    public async Task ends_after_30_days()
    {
        Cluster.OnRequest = _ => null;
        var (old, young, alive) = (await CancelledAsync(), await CancelledAsync(), await CancelledAsync());
        foreach (var id in new[] { old, young })
        {
            await Host.WaitForSagaAsync(id, "Settled");
            using var answer = await Host.Http.DeleteAsync($"/api/jobs/{id}");
            answer.EnsureSuccessStatusCode();
        }

        await AgeAsync(old, days: 31);
        await AgeAsync(young, days: 29);

        await WaitFor.ConditionAsync(
            "the old one to be purged",
            async () => (await Host.HistoryAsync(old)).Contains("job_purged")
        );
        var last = (await Host.GetAsync($"/api/jobs/{old}/events"))["items"]!.AsArray()[^1]!;
        Assert.Equal("service:jobs", last["actor"]!.GetValue<string>());
        Assert.NotNull((await Host.JobAsync(young))["deletion"]);
        Assert.Null((await Host.JobAsync(alive))["deletion"]);
    }

    [Fact]
    public async Task ends_with_idempotency_keys_that_nobody_repeats_any_more()
    {
        await using (
            var command = Host.Store.DataSource.CreateCommand(
                """
                insert into job_submission (subject, idempotency_key, body_hash, job_id, created_at)
                select 'a', 'key ' || days, '', gen_random_uuid(), now() - make_interval(days => days)
                from unnest(array[1, 29, 31, 400]) days
                """
            )
        )
        {
            await command.ExecuteNonQueryAsync();
        }

        await WaitFor.ConditionAsync(
            "two keys to be left",
            async () =>
            {
                await using var command = Host.Store.DataSource.CreateCommand(
                    "select string_agg(idempotency_key, ', ' order by created_at) from job_submission"
                );
                return (string?)await command.ExecuteScalarAsync() is "key 29, key 1";
            }
        );
    }

    private async Task<Guid> CancelledAsync()
    {
        var id = await Host.SubmitAsync();
        using var response = await Host.Http.PostAsync($"/api/jobs/{id}/cancel", null);
        var job = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.Equal("cancelled", job["status"]!.GetValue<string>());
        return id;
    }

    private async Task AgeAsync(Guid id, int days)
    {
        await using var command = Host.Store.DataSource.CreateCommand(
            "update job_summary set deleted_at = now() - make_interval(days => $2) where job_id = $1"
        );
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(new() { Value = days });
        await command.ExecuteNonQueryAsync();
    }
}
