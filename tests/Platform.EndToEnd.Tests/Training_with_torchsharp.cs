using System.Diagnostics;
using System.Text;
using Platform.EndToEnd.Tests.Faults;

namespace Platform.EndToEnd.Tests;

[Collection("cluster")]
[Trait("suite", "e2e")]
public sealed class Training_with_torchsharp(LocalCluster cluster, Debian13 debian) : IClassFixture<Debian13>
{
    /// <summary>The version of libstdc++ that libtorch wants.</summary>
    private const string Wanted = "GLIBCXX_3.4.32";

    [Fact]
    [Trait("check", "JOB-02")]
    [Trait("check", "JOB-06")]
    public async Task on_Debian_13_goes_on_after_a_kill_and_succeeds_with_its_log_its_metrics_and_its_model()
    {
        AssertIsBuilt();
        using var folder = new TestFolder();
        await using var agent = await ExtraAgent.StartAsync(cluster, "debian-13", folder.Path, system: debian);
        await agent.WaitUntilOnlineAsync();
        Assert.Contains("Debian GNU/Linux 13", await agent.SystemAsync(), StringComparison.Ordinal);
        var id = await cluster.Api.SubmitAsync(DigitsJobs.InTorchSharp(kind: "debian-13", secondsPerEpoch: 0.4));
        await cluster.Api.WaitForStatusAsync(id, "running");
        await WaitFor.ConditionAsync(
            "the third epoch",
            async () => Training_digits.EpochsIn(await cluster.Api.LogAsync(id)) >= 3,
            TimeSpan.FromSeconds(60)
        );
        await cluster.Api.WaitForCheckpointAsync(id);

        foreach (var pid in Processes.WithEnvironment($"PLATFORM_JOB_ID={id}"))
        {
            Processes.TryKill(pid);
        }

        var job = await cluster.Api.WaitForStatusAsync(id, "succeeded");
        Assert.Equal(2, job["attempt"]!.GetValue<int>());
        var second = await cluster.Api.LogAsync(id, attempt: 2);
        Assert.Contains("resuming after epoch", second, StringComparison.Ordinal);
        Assert.Contains("epoch 20/20", second, StringComparison.Ordinal);
        Assert.InRange(Training_digits.EpochsIn(second), 1, 19);
        // An epoch that was trained twice came to the same both times.
        var lines = $"{await cluster.Api.LogAsync(id, attempt: 1)}\n{second}"
            .Split('\n')
            .Distinct(StringComparer.Ordinal);
        Assert.Equal(20, Training_digits.EpochsIn(string.Join('\n', lines)));
        await Training_digits.AssertTrackedAsync(cluster.Api, job, epochs: 20);
        await Training_digits.AssertModelIsKeptAsync(cluster.Api, "digits-torchsharp-model", id);
    }

    [Fact]
    public async Task says_in_one_line_what_libtorch_lacks_where_it_does_not_load()
    {
        AssertIsBuilt();
        var (exitCode, errors) = await RunHereAsync("--data", "nowhere");

        var line = Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        if (await HasWantedLibraryAsync())
        {
            Assert.Equal((2, "There are no digits in nowhere."), (exitCode, line));
        }
        else
        {
            Assert.Equal(1, exitCode);
            Assert.StartsWith("libtorch does not load: ", line, StringComparison.Ordinal);
            Assert.Contains(Wanted, line, StringComparison.Ordinal);
        }
    }

    private static void AssertIsBuilt() =>
        Assert.True(
            File.Exists(Repository.DigitsTorchSharp),
            $"Build it first: dotnet build examples/digits-torchsharp -c {Repository.Configuration}"
        );

    private static async Task<(int ExitCode, string Errors)> RunHereAsync(params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo("dotnet", [Repository.DigitsTorchSharp, .. arguments]) { RedirectStandardError = true }
        )!;
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, errors);
    }

    /// <summary>Whether this machine has it; the runtime of these tests has loaded the library already.</summary>
    private static async Task<bool> HasWantedLibraryAsync()
    {
        var maps = await File.ReadAllLinesAsync("/proc/self/maps");
        var library = maps.First(line => line.Contains("/libstdc++.so.6", StringComparison.Ordinal));
        var content = await File.ReadAllBytesAsync(library[library.IndexOf('/')..]);
        return content.AsSpan().IndexOf(Encoding.ASCII.GetBytes($"{Wanted}\0")) >= 0;
    }
}
