using Microsoft.Extensions.Time.Testing;

namespace Platform.Testing;

/// <summary>
/// A clock that stands still until it is moved, for services that run: their timers go on with the time of the machine, or
/// every loop of theirs would stand still too. What has no loops of its own is tested with <see cref="FakeTimeProvider"/>.
/// </summary>
public sealed class FakeClock(DateTimeOffset start) : FakeTimeProvider(start)
{
    /// <summary>A clock at a time that no test depends on.</summary>
    public FakeClock()
        : this(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero)) { }

    /// <inheritdoc />
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(callback, state, dueTime, period);
}
