using Microsoft.Extensions.Time.Testing;
using Platform.GpuAgent.Phases;

namespace Platform.GpuAgent.Tests;

public sealed class The_time_limit
{
    private static readonly DateTimeOffset _start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Theory]
    [InlineData(1)]
    [InlineData(86_400)]
    [InlineData(60 * 86_400)] // more than a timer takes
    [InlineData(int.MaxValue)]
    public async Task is_reached_when_its_time_has_come_and_not_before(int seconds)
    {
        var clock = new FakeTimeProvider(_start);
        var waiting = TimeLimit.WaitUntilAsync(_start.AddSeconds(seconds), clock, CancellationToken.None);

        clock.Advance(TimeSpan.FromSeconds(seconds - 1));
        Assert.False(waiting.IsCompleted, "It was reached too early, or failed.");
        clock.Advance(TimeSpan.FromSeconds(1));

        await waiting.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task that_was_reached_while_no_agent_ran_counts_at_once()
    {
        var clock = new FakeTimeProvider(_start);

        await TimeLimit.WaitUntilAsync(_start.AddDays(-1), clock, CancellationToken.None);
    }

    [Fact]
    public async Task does_not_count_for_a_training_that_has_ended()
    {
        using var ended = new CancellationTokenSource();
        await ended.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            TimeLimit.WaitUntilAsync(_start.AddDays(-1), new FakeTimeProvider(_start), ended.Token)
        );
    }
}
