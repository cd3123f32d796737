using System.Diagnostics;

namespace Platform.Jobs.Tests.Integration;

[Trait("suite", "integration")]
public sealed class Keeping_a_connection : IAsyncLifetime
{
    private TestDatabase _database = null!;

    public async Task InitializeAsync() =>
        _database = await TestDatabase.CreateMigratedAsync("jobs", new JobsModule().Add);

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task sends_comments_to_an_idle_follower()
    {
        await using var host = await JobsHost.StartAsync(_database, ("Jobs:LogKeepAlive", "00:00:00.100"));
        var id = await host.SubmitAsync();
        await host.WaitForAsync(id, "running");
        using var stream = await EventStream.OpenAsync(host.Http, $"/api/jobs/{id}/logs?follow=true");
        var next = stream.NextAsync();
        await WaitFor.ConditionAsync("comments", () => Task.FromResult(stream.Comments >= 3));

        using var post = await host.PostLogAsync(id, 0, "still there\n"u8.ToArray());

        Assert.Equal("still there", (await next)!.Data);
    }

    [Fact]
    public async Task of_a_follower_does_not_delay_the_shutdown_of_the_process()
    {
        var host = await JobsHost.StartAsync(_database);
        var id = await host.SubmitAsync();
        await host.WaitForAsync(id, "running");
        using var stream = await EventStream.OpenAsync(host.Http, $"/api/jobs/{id}/logs?follow=true");
        var next = stream.NextAsync();

        var watch = Stopwatch.StartNew();
        await host.StopAsync();

        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(15), $"It took {watch.Elapsed}.");
        Assert.Null(await next);
        await host.DisposeAsync();
    }
}
