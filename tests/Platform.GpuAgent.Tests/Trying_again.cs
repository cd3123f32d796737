using Platform.GpuAgent.Server;

namespace Platform.GpuAgent.Tests;

public sealed class Trying_again
{
    [Fact]
    public async Task repeats_what_fails_and_says_each_failure()
    {
        List<string> failures = [];
        var tries = 0;

        var result = await Retry.WhileAsync(
            _ => true,
            _ => ++tries < 3 ? throw new IOException($"try {tries}") : Task.FromResult(tries),
            exception => failures.Add(exception.Message),
            CancellationToken.None
        );

        Assert.Equal(3, result);
        Assert.Equal(["try 1", "try 2"], failures);
    }

    [Fact]
    public async Task gives_up_at_once_what_will_not_pass() =>
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            Retry.WhileAsync<int>(
                exception => exception is IOException,
                _ => throw new InvalidOperationException("never"),
                _ => Assert.Fail("Nothing is repeated."),
                CancellationToken.None
            )
        );

    /// <summary>Every attempt that ends cancels those who followed it.</summary>
    [Fact]
    public async Task does_not_take_being_cancelled_for_a_failure()
    {
        using var ended = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            Retry.WhileAsync(
                _ => true,
                async ct =>
                {
                    await ended.CancelAsync();
                    await Task.Delay(Timeout.Infinite, ct);
                },
                exception => Assert.Fail($"{exception.Message} is no failure."),
                ended.Token
            )
        );
    }
}
