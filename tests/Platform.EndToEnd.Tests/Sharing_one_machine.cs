using System.Globalization;

namespace Platform.EndToEnd.Tests;

[Collection("cluster")]
[Trait("suite", "e2e")]
public sealed class Sharing_one_machine(LocalCluster cluster)
{
    [Fact]
    public async Task gives_agents_and_trainings_a_lower_priority_than_services()
    {
        var id = await cluster.Api.SubmitAsync(CountingJob.Create(steps: 600, pause: 0.1));
        await cluster.Api.WaitForStepsAsync(id, 1);
        // Some of them end at once, as the training sleeps by a program.
        var training = Processes.WithEnvironment($"PLATFORM_JOB_ID={id}").Select(NicenessOf).OfType<int>().ToList();
        var usual = NicenessOf(await cluster.PidAsync("jobs"));

        Assert.Equal(usual, NicenessOf(await cluster.PidAsync("nodes")));
        Assert.Equal(usual + 5, NicenessOf(await cluster.PidAsync("agent-1")));
        Assert.NotEmpty(training);
        Assert.All(training, niceness => Assert.Equal(usual + 5, niceness));

        await cluster.Api.CancelAsync(id);
    }

    /// <summary>Field 19 of <c>/proc/PID/stat</c>; the second, a name in parentheses, may have blanks. Null for a process that has ended.</summary>
    private static int? NicenessOf(int pid) =>
        RunningProcesses.Read(pid, "stat").Split(") ")[^1].Split(' ') is { Length: > 16 } fields
            ? int.Parse(fields[16], CultureInfo.InvariantCulture)
            : null;
}
