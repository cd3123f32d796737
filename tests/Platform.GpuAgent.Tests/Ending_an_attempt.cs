using Platform.Contracts.Jobs;
using Platform.GpuAgent.Journal;
using Platform.GpuAgent.Phases;
using Platform.GpuAgent.Processes;

namespace Platform.GpuAgent.Tests;

public sealed class Ending_an_attempt
{
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
        var end = AttemptEnding.Of(new ProcessOutcome.Exited(code), _end, null, outOfMemory: false);

        Assert.Equal((reason, exitCode), (end.Reason, end.ExitCode));
    }

    [Theory]
    [InlineData(137, EndReasons.OutOfMemory)]
    [InlineData(143, EndReasons.Killed)]
    [InlineData(1, EndReasons.ExitCode)]
    public void after_an_out_of_memory_kill_has_that_reason_only_after_SIGKILL(int code, string reason) =>
        Assert.Equal(reason, AttemptEnding.Of(new ProcessOutcome.Exited(code), _end, null, outOfMemory: true).Reason);

    [Fact]
    public void after_a_stop_has_the_reason_of_the_stop()
    {
        var stop = new StopRequest(EndReasons.Cancelled, _end.AddSeconds(-1));

        var end = AttemptEnding.Of(new ProcessOutcome.Exited(0), _end, stop, outOfMemory: false);

        Assert.Equal((EndReasons.Cancelled, 0), (end.Reason, end.ExitCode));
    }

    [Fact]
    public void before_a_stop_keeps_its_own_reason()
    {
        var stop = new StopRequest(EndReasons.Cancelled, _end.AddSeconds(1));

        var end = AttemptEnding.Of(new ProcessOutcome.Exited(0), _end, stop, outOfMemory: false);

        Assert.True(end.Succeeded);
    }

    [Fact]
    public void with_an_unknown_exit_code_differs_from_a_reboot_of_the_machine()
    {
        var killed = AttemptEnding.Of(new ProcessOutcome.Vanished(false), _end, null, outOfMemory: true);
        var lost = AttemptEnding.Of(new ProcessOutcome.Vanished(true), _end, null, outOfMemory: false);

        Assert.Equal((EndReasons.Killed, EndReasons.NodeLost), (killed.Reason, lost.Reason));
    }
}
