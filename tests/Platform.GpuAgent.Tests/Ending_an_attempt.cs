using Platform.Contracts.Jobs;
using Platform.GpuAgent.Journal;
using Platform.GpuAgent.Linux;
using Platform.GpuAgent.Phases;
using Platform.GpuAgent.Processes;

namespace Platform.GpuAgent.Tests;

public sealed class Ending_an_attempt
{
    private const long MiB = 1024 * 1024;

    private static readonly OutOfMemory _onTheNode = new(Use: null, AskedMiB: 512);
    private static readonly OutOfMemory _own = new(new MemoryUse(1, 64 * MiB, 64 * MiB), AskedMiB: 64);
    private static readonly DateTimeOffset _end = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Theory]
    [InlineData(0, EndReasons.ExitCode, 0)]
    [InlineData(1, EndReasons.ExitCode, 1)]
    [InlineData(128, EndReasons.ExitCode, 128)]
    [InlineData(134, EndReasons.Killed, null)]
    [InlineData(137, EndReasons.Killed, null)]
    [InlineData(255, EndReasons.ExitCode, 255)]
    public void by_itself_has_the_reason_of_its_code(int code, string reason, int? exitCode)
    {
        var end = AttemptEnding.Of(new ProcessOutcome.Exited(code), _end, null, outOfMemory: null);

        Assert.Equal((reason, exitCode), (end.Reason, end.ExitCode));
    }

    [Theory]
    [InlineData(137, EndReasons.OutOfMemory)]
    [InlineData(143, EndReasons.Killed)]
    [InlineData(1, EndReasons.ExitCode)]
    public void after_an_out_of_memory_kill_somewhere_on_the_node_has_that_reason_only_after_SIGKILL(
        int code,
        string reason
    ) => Assert.Equal(reason, AttemptEnding.Of(new ProcessOutcome.Exited(code), _end, null, _onTheNode).Reason);

    [Theory]
    [InlineData(137, EndReasons.OutOfMemory, null, "Killed at its memory limit")]
    [InlineData(143, EndReasons.Killed, null, "SIGTERM")]
    [InlineData(1, EndReasons.OutOfMemory, 1, "killed at the memory limit")]
    [InlineData(0, EndReasons.ExitCode, 0, "killed at the memory limit")]
    public void after_an_out_of_memory_kill_among_its_own_says_so(int code, string reason, int? exitCode, string detail)
    {
        var end = AttemptEnding.Of(new ProcessOutcome.Exited(code), _end, null, _own);

        Assert.Equal((reason, exitCode), (end.Reason, end.ExitCode));
        Assert.Contains(detail, end.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void for_memory_names_the_peak_and_what_to_ask_for()
    {
        Assert.Equal(
            "Killed at its memory limit (peak 64 of 64 MiB). Request more, such as 128 MiB (resources.memoryMiB).",
            _own.Describe(ofProcess: false).Text
        );
        Assert.Equal(
            _own.Describe(ofProcess: false).Text,
            (_own with { Use = _own.Use! with { PeakBytes = null } }).Describe(ofProcess: false).Text
        );
        Assert.StartsWith(
            "Killed for lack of memory (peak 20 MiB, limit 64 MiB): it allocated more than the limit at once",
            (_own with { Use = _own.Use! with { PeakBytes = (19 * MiB) + 1 } }).Describe(ofProcess: false).Text,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "The job requested 512 MiB, which is not enforced on this node",
            _onTheNode.Describe(ofProcess: false).Text,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void after_a_stop_has_the_reason_of_the_stop()
    {
        var stop = new StopRequest(EndReasons.Cancelled, _end.AddSeconds(-1));

        var end = AttemptEnding.Of(new ProcessOutcome.Exited(0), _end, stop, outOfMemory: null);

        Assert.Equal((EndReasons.Cancelled, 0), (end.Reason, end.ExitCode));
    }

    [Fact]
    public void before_a_stop_keeps_its_own_reason()
    {
        var stop = new StopRequest(EndReasons.Cancelled, _end.AddSeconds(1));

        var end = AttemptEnding.Of(new ProcessOutcome.Exited(0), _end, stop, outOfMemory: null);

        Assert.True(end.Succeeded);
    }

    [Fact]
    public void with_an_unknown_exit_code_differs_from_a_reboot_of_the_machine()
    {
        var killed = AttemptEnding.Of(new ProcessOutcome.Vanished(false), _end, null, _own);
        var lost = AttemptEnding.Of(new ProcessOutcome.Vanished(true), _end, null, outOfMemory: null);

        Assert.Equal((EndReasons.Killed, EndReasons.NodeLost), (killed.Reason, lost.Reason));
    }
}
