using System.Diagnostics;

namespace Platform.Jobs.Tests.Integration;

[Trait("suite", "integration")]
public sealed class From_submission_to_start(JobsFixture fixture) : IClassFixture<JobsFixture>
{
    /// <summary>Signals trigger every step: a single poll on the way would add 200 ms or more each time.</summary>
    [Fact]
    public async Task nothing_waits_for_a_poll()
    {
        var host = fixture.Host;
        var times = new List<double>();
        for (var i = 0; i < 30; i++)
        {
            var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            host.Cluster.OnStart = start =>
            {
                started.TrySetResult();
                return TestCluster.Started(start.JobId, start.Attempt);
            };
            var watch = Stopwatch.StartNew();
            var id = await host.SubmitAsync();
            await started.Task.WaitAsync(TimeSpan.FromSeconds(10));
            times.Add(watch.Elapsed.TotalMilliseconds);
            await host.WaitForAsync(id, "running");
        }

        times.Sort();
        Assert.True(times[3] < 200, $"best tenth {times[3]:0} ms, median {times[15]:0} ms");
    }
}
