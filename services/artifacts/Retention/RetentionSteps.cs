namespace Platform.Artifacts.Retention;

/// <summary>
/// Deletes one by one: what fails is logged and due again at the next sweep, and keeps nothing behind it from being deleted.
/// </summary>
internal sealed partial class RetentionSteps(ILogger<RetentionSteps> logger)
{
    private const int StepVersions = 100;

    /// <summary>Does something that may fail.</summary>
    /// <param name="what">Says in the log what it was, as in <c>delete blob 0a1b</c>.</param>
    /// <returns>Whether nothing failed.</returns>
    public async Task<bool> TryAsync(string what, Func<Task> step, CancellationToken cancellationToken)
    {
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

    /// <summary>Deletes all versions that are due.</summary>
    /// <param name="find">Finds up to so many of them. What was deleted is not found again.</param>
    /// <param name="delete">Deletes one; false when it was refused.</param>
    public async Task ForEachVersionAsync(
        Func<int, Task<IReadOnlyList<(string Name, int Number)>>> find,
        Func<string, int, Task<bool>> delete,
        CancellationToken cancellationToken
    )
    {
        var left = new HashSet<(string Name, int Number)>();
        List<(string Name, int Number)> due;
        do
        {
            // Those that are left are found again: without them as many would be found as in the first step.
            due = [.. (await find(StepVersions + left.Count)).Where(version => !left.Contains(version))];
            foreach (var version in due)
            {
                var isDeleted = false;
                await TryAsync(
                    $"delete version {version.Number} of '{version.Name}'",
                    async () => isDeleted = await delete(version.Name, version.Number),
                    cancellationToken
                );
                if (!isDeleted)
                {
                    left.Add(version);
                }
            }
        } while (due.Count >= StepVersions);
    }

    [LoggerMessage(1, LogLevel.Warning, "Failed, and tried again at the next sweep: {What}")]
    private static partial void LogFailed(ILogger logger, Exception exception, string what);
}
