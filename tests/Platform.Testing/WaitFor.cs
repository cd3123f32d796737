using System.Diagnostics;

namespace Platform.Testing;

/// <summary>Waits for a named condition instead of sleeping.</summary>
public static class WaitFor
{
    /// <summary>Polls until the condition holds.</summary>
    /// <param name="what">What is waited for, as in <c>the job to run</c>: the failure says it did not happen.</param>
    /// <param name="condition">Checked every 20 ms.</param>
    /// <param name="within">The longest wait; 90 s unless told, as machines that run tests are busy.</param>
    /// <param name="describe">What the failure adds, such as the state seen last.</param>
    public static async Task ConditionAsync(
        string what,
        Func<Task<bool>> condition,
        TimeSpan? within = null,
        Func<string>? describe = null
    )
    {
        ArgumentNullException.ThrowIfNull(condition);
        var limit = within ?? TimeSpan.FromSeconds(90);
        var watch = Stopwatch.StartNew();
        while (!await condition())
        {
            if (watch.Elapsed > limit)
            {
                Xunit.Assert.Fail(
                    $"Waited {limit.TotalSeconds:0.#} s for {what}; it did not happen. {describe?.Invoke()}"
                );
            }

            await Task.Delay(20);
        }
    }

    /// <summary>Polls a value until it is accepted, and returns it.</summary>
    public static async Task<T> ValueAsync<T>(
        string what,
        Func<Task<T>> read,
        Func<T, bool> accept,
        TimeSpan? within = null
    )
    {
        ArgumentNullException.ThrowIfNull(read);
        ArgumentNullException.ThrowIfNull(accept);
        var last = default(T);
        await ConditionAsync(what, async () => accept(last = await read()), within, () => $"Last seen: {last}");
        return last!;
    }
}
