using Microsoft.Extensions.Logging.Abstractions;

namespace Platform.ServiceDefaults.Tests;

public sealed class Deleting_what_is_due
{
    private readonly RetentionSteps _steps = new(NullLogger<RetentionSteps>.Instance);

    [Theory]
    [InlineData(0)]
    [InlineData(99)]
    [InlineData(100)]
    [InlineData(250)]
    public async Task deletes_everything_but_what_fails_or_stays(int count)
    {
        var left = Enumerable.Range(0, count).ToList();
        var tries = new List<int>();

        await _steps.ForEachAsync(
            "delete numbers",
            limit => Task.FromResult<IReadOnlyList<int>>([.. left.Take(limit)]),
            number => $"delete {number}",
            number =>
            {
                tries.Add(number);
                return number % 3 == 0 ? throw new InvalidOperationException("It fails.")
                    : number % 3 == 1 ? Task.FromResult(false)
                    : Task.FromResult(left.Remove(number));
            },
            CancellationToken.None
        );

        Assert.Equal(Enumerable.Range(0, count).Where(number => number % 3 != 2), left);
        Assert.Equal(Enumerable.Range(0, count), tries);
    }

    [Fact]
    public async Task goes_on_with_the_next_part_when_what_is_due_cannot_be_found()
    {
        await _steps.ForEachAsync<int>(
            "delete numbers",
            _ => throw new InvalidOperationException("There is no database."),
            number => $"delete {number}",
            _ => Task.FromResult(true),
            CancellationToken.None
        );
    }

    [Fact]
    public async Task ends_when_it_is_cancelled()
    {
        using var cancelled = new CancellationTokenSource();
        var left = Enumerable.Range(0, 10).ToList();

        await Assert.ThrowsAsync<OperationCanceledException>(() =>
            _steps.ForEachAsync(
                "delete numbers",
                limit => Task.FromResult<IReadOnlyList<int>>([.. left.Take(limit)]),
                number => $"delete {number}",
                async number =>
                {
                    await cancelled.CancelAsync();
                    cancelled.Token.ThrowIfCancellationRequested();
                    return left.Remove(number);
                },
                cancelled.Token
            )
        );

        Assert.Equal(10, left.Count);
    }
}
