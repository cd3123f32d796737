using Microsoft.Extensions.Logging;

namespace Platform.ServiceDefaults;

/// <summary>
/// Deletes one by one: what fails is logged and due again at the next sweep, and keeps nothing behind it from being deleted.
/// </summary>
public sealed partial class RetentionSteps(ILogger<RetentionSteps> logger)
{
    private const int Step = 100;

    /// <summary>Does something that may fail.</summary>
    /// <param name="what">Says in the log what it was, as in <c>delete blob 0a1b</c>.</param>
    /// <returns>Whether nothing failed.</returns>
    public async Task<bool> TryAsync(string what, Func<Task> step, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(step);
        try
        {
            await step();
            return true;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            LogFailed(logger, exception, what);
            return false;
        }
    }

    /// <summary>Deletes everything that is due, some at a time.</summary>
    /// <param name="part">Says in the log what is done in all, when what is due cannot be found.</param>
    /// <param name="find">Finds at most so many. What was deleted is not found again.</param>
    /// <param name="what">Says in the log what is done to one.</param>
    /// <param name="delete">Deletes one; false when it stays.</param>
    public Task ForEachAsync<T>(
        string part,
        Func<int, Task<IReadOnlyList<T>>> find,
        Func<T, string> what,
        Func<T, Task<bool>> delete,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(find);
        ArgumentNullException.ThrowIfNull(what);
        ArgumentNullException.ThrowIfNull(delete);
        return TryAsync(part, () => DeleteAllAsync(find, what, delete, cancellationToken), cancellationToken);
    }

    private async Task DeleteAllAsync<T>(
        Func<int, Task<IReadOnlyList<T>>> find,
        Func<T, string> what,
        Func<T, Task<bool>> delete,
        CancellationToken cancellationToken
    )
    {
        var left = new HashSet<T>();
        List<T> due;
        do
        {
            // Those that are left are found again: without them as many would be found as in the first step.
            due = [.. (await find(Step + left.Count)).Where(item => !left.Contains(item))];
            foreach (var item in due)
            {
                var isDeleted = false;
                await TryAsync(what(item), async () => isDeleted = await delete(item), cancellationToken);
                if (!isDeleted)
                {
                    left.Add(item);
                }
            }
        } while (due.Count >= Step);
    }

    [LoggerMessage(1, LogLevel.Warning, "Failed, and tried again at the next sweep: {What}")]
    private static partial void LogFailed(ILogger logger, Exception exception, string what);
}
