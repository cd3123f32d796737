namespace Platform.Jobs.Tests.Integration;

[Trait("suite", "integration")]
public sealed class Rebuilding_the_list : IAsyncLifetime
{
    private TestDatabase _database = null!;
    private JobsHost _host = null!;

    public async Task InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync();
        _host = await JobsHost.StartAsync(_database);
    }

    public async Task DisposeAsync()
    {
        await _host.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Gives_the_same_answers_for_jobs_in_every_status()
    {
        var ids = new List<Guid>();
        for (var i = 0; i < 6; i++)
        {
            ids.Add(await _host.SubmitAsync(JobsHost.Job($"job {i}", maxAttempts: 2)));
            await _host.WaitForAsync(ids[i], "running");
        }

        await _host.Cluster.ExitAsync(ids[0]);
        await _host.WaitForAsync(ids[0], "succeeded");
        await _host.Cluster.ExitAsync(ids[1], exitCode: 3);
        await _host.WaitForAsync(ids[1], "running", attempt: 2);
        await _host.Cluster.ExitAsync(ids[1], attempt: 2, exitCode: 3);
        await _host.WaitForAsync(ids[1], "failed", attempt: 2);
        using var cancel = await _host.Http.PostAsync($"/api/jobs/{ids[2]}/cancel", null);
        await _host.WaitForAsync(ids[2], "cancelled");
        await _host.Cluster.PublishAsync(TestCluster.Lost(ids[3], 1));
        await _host.WaitForAsync(ids[3], "running", attempt: 2);
        _host.Cluster.OnRequest = _ => null;
        await _host.Cluster.ExitAsync(ids[4], exitCode: 1);
        await _host.WaitForAsync(ids[4], "queued", attempt: 2);
        ids.Add(await _host.SubmitAsync());
        var before = await AnswersAsync(ids);

        var replayed = await _host.Store.RebuildAsync("job_summary:v1");

        Assert.True(replayed > 25, $"{replayed} events");
        Assert.Equal(before, await AnswersAsync(ids));
    }

    private async Task<List<string>> AnswersAsync(List<Guid> ids)
    {
        var answers = new List<string> { (await _host.GetAsync("/api/jobs?limit=200")).ToJsonString() };
        foreach (var id in ids)
        {
            using var response = await _host.Http.GetAsync($"/api/jobs/{id}");
            answers.Add($"{response.Headers.ETag} {await response.Content.ReadAsStringAsync()}");
        }

        return answers;
    }
}
