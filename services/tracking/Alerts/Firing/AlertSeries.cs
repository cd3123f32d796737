using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Platform.EventStore;

namespace Platform.Tracking.Alerts.Firing;

/// <summary>
/// The alerts that one rule raises about one thing, such as a metric of a run: at most one of them fires. Their ids follow from what they
/// are about, so that whoever finds the same finds the same alert.
/// </summary>
/// <param name="Number">How many there were.</param>
/// <param name="Revision">The revision of the rule that raised the last one.</param>
/// <param name="At">The time of the last event.</param>
internal sealed record AlertSeries(int Number, bool IsFiring, Guid AlertId, int Revision, DateTimeOffset At)
{
    public static readonly AlertSeries Initial = new(0, IsFiring: false, Guid.Empty, 0, DateTimeOffset.MinValue);

    public static readonly Decider<AlertSeries, AlertSeriesEvent> Decider = new("alert", Initial, Evolve);

    /// <summary>The stream of a subject's alerts.</summary>
    public static Guid IdOf(AlertSubject subject) =>
        Hash($"{subject.RuleId:D}\n{subject.Watch}\n{subject.Id}\n{subject.Metric}");

    public static Decision<AlertSeriesEvent> Decide(
        AlertSeries series,
        AlertSeriesCommand command,
        DateTimeOffset now
    ) =>
        (series.IsFiring, command) switch
        {
            (false, FireAlert c) => Decision.Accept<AlertSeriesEvent>(Fired(series, c, now)),
            // What an earlier revision found is over, also where nobody has resolved it yet.
            (true, FireAlert c) when c.Subject.Revision > series.Revision => Replaced(series, c, now),
            (true, ResolveAlert { AlertId: { } other }) when other != series.AlertId =>
                Decision.Nothing<AlertSeriesEvent>(),
            (true, ResolveAlert c) => Decision.Accept<AlertSeriesEvent>(Resolved(series, c, now)),
            (true, FireAlert) or (false, ResolveAlert) => Decision.Nothing<AlertSeriesEvent>(),
            _ => throw new UnreachableException($"No decision for {command.GetType().Name}."),
        };

    public static AlertSeries Evolve(AlertSeries series, AlertSeriesEvent @event) =>
        @event switch
        {
            AlertFired e => new AlertSeries(e.Number, IsFiring: true, e.AlertId, e.Subject.Revision, e.At),
            AlertResolved => series with { IsFiring = false, At = @event.At },
            _ => throw new UnreachableException($"No evolution for {@event.GetType().Name}."),
        };

    private static Decision<AlertSeriesEvent> Replaced(AlertSeries series, FireAlert command, DateTimeOffset now)
    {
        var resolved = Resolved(series, new ResolveAlert(AlertCauses.RuleChanged), now);
        return Decision.Accept<AlertSeriesEvent>(resolved, Fired(Evolve(series, resolved), command, now));
    }

    private static AlertFired Fired(AlertSeries series, FireAlert command, DateTimeOffset now) =>
        new()
        {
            AlertId = Hash(
                string.Create(CultureInfo.InvariantCulture, $"{IdOf(command.Subject):D}\n{series.Number + 1}")
            ),
            Number = series.Number + 1,
            Subject = command.Subject,
            Value = command.Value,
            Step = command.Step,
            At = After(series, now),
        };

    private static AlertResolved Resolved(AlertSeries series, ResolveAlert command, DateTimeOffset now) =>
        new()
        {
            AlertId = series.AlertId,
            Cause = command.Cause,
            Value = command.Value,
            Step = command.Step,
            At = After(series, now),
        };

    /// <summary>What is found at once is told apart by its time, as the database keeps it, and stays in order.</summary>
    private static DateTimeOffset After(AlertSeries series, DateTimeOffset now) =>
        now - series.At < TimeSpan.FromMicroseconds(1) ? series.At.AddMicroseconds(1) : now;

    /// <summary>A UUID of version 8.</summary>
    private static Guid Hash(string text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(text), hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}

internal abstract record AlertSeriesCommand;

internal sealed record FireAlert(AlertSubject Subject, double? Value = null, long? Step = null) : AlertSeriesCommand;

/// <param name="Cause">One of <see cref="AlertCauses"/>.</param>
/// <param name="AlertId">Only this one; null for the one that fires.</param>
internal sealed record ResolveAlert(string Cause, double? Value = null, long? Step = null, Guid? AlertId = null)
    : AlertSeriesCommand;
