using Polly;
using Polly.Retry;

namespace Platform.GpuAgent.Server;

/// <summary>Tries again, for as long as it takes, what may succeed later; in pauses that double, with jitter so that agents do not come back all at once.</summary>
internal static class Retry
{
    private static readonly TimeSpan _first = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan _longest = TimeSpan.FromSeconds(5);

    /// <summary>Repeats what failed because the platform was unavailable.</summary>
    public static Task<T> UntilAnsweredAsync<T>(
        Func<CancellationToken, Task<T>> send,
        Action<PlatformUnavailableException> onUnavailable,
        CancellationToken cancellationToken
    ) =>
        WhileAsync(
            exception => exception is PlatformUnavailableException,
            send,
            exception => onUnavailable((PlatformUnavailableException)exception),
            cancellationToken
        );

    /// <inheritdoc cref="WhileAsync{T}" />
    public static Task WhileAsync(
        Func<Exception, bool> isTransient,
        Func<CancellationToken, Task> work,
        Action<Exception> onFailure,
        CancellationToken cancellationToken
    ) =>
        WhileAsync(
            isTransient,
            async ct =>
            {
                await work(ct);
                return true;
            },
            onFailure,
            cancellationToken
        );

    /// <summary>Repeats what fails in a way that may pass.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled, be it between two tries.</exception>
    public static async Task<T> WhileAsync<T>(
        Func<Exception, bool> isTransient,
        Func<CancellationToken, Task<T>> work,
        Action<Exception> onFailure,
        CancellationToken cancellationToken
    )
    {
        var tries = new ResiliencePipelineBuilder()
            .AddRetry(
                new RetryStrategyOptions
                {
                    ShouldHandle = failed =>
                        ValueTask.FromResult(
                            failed.Outcome.Exception is { } exception
                                && !failed.Context.CancellationToken.IsCancellationRequested
                                && isTransient(exception)
                        ),
                    MaxRetryAttempts = int.MaxValue,
                    BackoffType = DelayBackoffType.Exponential,
                    Delay = _first,
                    MaxDelay = _longest,
                    UseJitter = true,
                    OnRetry = failed =>
                    {
                        onFailure(failed.Outcome.Exception!);
                        return ValueTask.CompletedTask;
                    },
                }
            )
            .Build();
        try
        {
            return await tries.ExecuteAsync(async token => await work(token), cancellationToken);
        }
        catch (Exception exception)
            when (exception is not OperationCanceledException
                && cancellationToken.IsCancellationRequested
                && isTransient(exception)
            )
        {
            throw new OperationCanceledException("Cancelled while it failed.", exception, cancellationToken);
        }
    }
}
