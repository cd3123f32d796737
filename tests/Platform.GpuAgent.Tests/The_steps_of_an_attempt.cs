using Platform.Contracts.Agents;
using Platform.Contracts.Jobs;
using Platform.GpuAgent.Journal;

namespace Platform.GpuAgent.Tests;

/// <summary>How the entry of an attempt changes.</summary>
public sealed class The_steps_of_an_attempt
{
    private static readonly DateTimeOffset _now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly AttemptEnd _end = new(EndReasons.ExitCode, 0, null, _now);
    private static readonly StopRequest _cancel = new(EndReasons.Cancelled, _now);
    private static readonly StopRequest _fence = new(StopProcess.Fenced, _now);

    private static readonly AttemptEntry _accepted = AttemptEntry.Accepted(
        new StartProcess
        {
            NodeId = Guid.CreateVersion7(),
            JobId = Guid.CreateVersion7(),
            Attempt = 3,
            Rank = 2,
            Cpus = 1,
            MemoryMiB = 1,
            Gpus = [],
        },
        _now
    );

    [Fact]
    public void never_put_the_jobs_token_into_the_journal()
    {
        var work = new AttemptWork
        {
            JobId = Guid.CreateVersion7(),
            Attempt = 3,
            RunId = Guid.CreateVersion7(),
            Name = "test",
            Project = "tests",
            Command = [],
            Files = new Dictionary<string, string>(StringComparer.Ordinal),
            Inputs = [],
            Outputs = [],
            Env = new Dictionary<string, string>(StringComparer.Ordinal),
            Token = "secret",
        };

        Assert.Equal("", _accepted.Staged(work, 0).Work!.Token);
    }

    [Fact]
    public void name_attempt_and_rank_in_their_reports()
    {
        var started = _accepted.Running(_now).Started!;
        var exited = _accepted.Ended(_end).Stored(_end).Exited!;

        Assert.Equal((3, 2), (started.Attempt, started.Rank));
        Assert.Equal((3, 2, 0), (exited.Attempt, exited.Rank, exited.ExitCode));
    }

    [Fact]
    public void end_no_attempt_before_its_start_when_the_clock_is_set_back()
    {
        var running = _accepted.Running(_now);

        var end = running.Ended(_end with { At = _now.AddHours(-1) }).End!;

        Assert.Equal(_now, end.At);
        Assert.Equal(_now, running.Stored(end).Exited!.StartedAt);
        Assert.Null(_accepted.Stored(_end).Exited!.StartedAt);
    }

    [Fact]
    public void keep_the_first_stop_until_it_is_fenced()
    {
        var stopped = _accepted.Stopping(_cancel);

        Assert.Equal(_cancel, stopped.Stopping(new StopRequest(EndReasons.TimedOut, _now)).Stop);
        Assert.Equal(_fence, stopped.Stopping(_fence).Stop);
        Assert.Equal(_fence, stopped.Stopping(_fence).Stopping(_cancel).Stop);
    }

    [Fact]
    public void that_ended_are_only_fenced_and_closed_ones_change_no_more()
    {
        var ended = _accepted.Ended(_end);
        var closed = ended.Stored(_end).Closed(_now);

        Assert.Same(ended, ended.Stopping(_cancel));
        Assert.True(ended.Stopping(_fence).IsFenced);
        Assert.Same(closed, closed.Stopping(_fence));
    }

    [Fact]
    public void end_with_the_answer_to_the_last_report_and_no_other()
    {
        var reporting = _accepted.Running(_now).Ended(_end).Stored(_end);

        Assert.Same(reporting, reporting.Recorded(Guid.CreateVersion7(), _now));
        Assert.True(reporting.Recorded(reporting.Started!.ReportId, _now).StartedRecorded);
        Assert.Equal(AttemptPhase.Reporting, reporting.Recorded(reporting.Started.ReportId, _now).Phase);
        Assert.Equal(AttemptPhase.Done, reporting.Recorded(reporting.Exited!.ReportId, _now).Phase);
    }

    [Fact]
    public void are_skipped_by_a_stop_that_comes_before_the_start()
    {
        var command = new StopProcess
        {
            NodeId = Guid.CreateVersion7(),
            JobId = Guid.CreateVersion7(),
            Attempt = 3,
            Rank = 2,
            Reason = EndReasons.Cancelled,
        };

        var entry = AttemptEntry.NeverStarted(command, _now);

        Assert.Equal(new AttemptKey(command.JobId, 3, 2), entry.Key);
        Assert.Equal((AttemptPhase.Reporting, EndReasons.Cancelled), (entry.Phase, entry.Exited!.Reason));
        Assert.Equal((3, 2, null), (entry.Exited.Attempt, entry.Exited.Rank, entry.Exited.ExitCode));
    }

    [Theory]
    [InlineData(0, "0199d0a0000070008000000000000001-4")] // as in release 0.1.0
    [InlineData(12, "0199d0a0000070008000000000000001-4-12")]
    public void are_in_a_folder_named_after_job_attempt_and_rank(int rank, string name) =>
        Assert.Equal(name, $"{new AttemptKey(new Guid("0199d0a0-0000-7000-8000-000000000001"), 4, rank)}");
}
