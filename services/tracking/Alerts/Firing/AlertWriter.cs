using Npgsql;
using Platform.EventStore;
using Platform.ServiceDefaults;
using Platform.Tracking.Alerts.Delivery;
using Platform.Tracking.Alerts.Rules;

namespace Platform.Tracking.Alerts.Firing;

/// <summary>
/// Raises and resolves alerts. The event, what is to be delivered for it, and what its finder remembers are one transaction.
/// </summary>
internal sealed class AlertWriter(TrackingStore store, DeliverySignal deliveries, TimeProvider clock)
{
    /// <summary>How many alerts are written at the same time: those that wait together share a transaction.</summary>
    public const int Parallelism = 16;

    private static readonly EventMetadata _ownAccount = new(
        CausationId: "alerts",
        Headers: new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [StoredEvent.ActorHeader] = Caller.Service("tracking").Subject,
        }
    );

    /// <summary>Lets the alert of a rule about a subject fire or not, as it should now.</summary>
    /// <param name="cause">Why it is resolved when it should not.</param>
    public async Task SettleAsync(
        AlertSubject subject,
        RuleSpec rule,
        bool fires,
        CancellationToken cancellationToken,
        string cause = AlertCauses.Condition
    )
    {
        AlertSeriesCommand command = fires ? new FireAlert(subject) : new ResolveAlert(cause);
        while (
            !await WriteAsync(AlertSeries.IdOf(subject), [command], rule.Destinations, also: null, cancellationToken)
        )
        {
            // Somebody else was quicker: what was decided holds all the same, or has happened.
        }
    }

    /// <summary>Raises or resolves alerts of a series, one after another; what has happened already does not happen again.</summary>
    /// <param name="destinations">Who is told when it fires; of its end are told those that were told that it fires.</param>
    /// <param name="also">What is stored with it; stored alone when nothing happens.</param>
    /// <returns>False when somebody else was quicker: nothing is stored.</returns>
    public async Task<bool> WriteAsync(
        Guid series,
        IReadOnlyList<AlertSeriesCommand> commands,
        IReadOnlyList<Guid> destinations,
        SideEffects? also,
        CancellationToken cancellationToken
    )
    {
        var now = clock.GetUtcNow();
        var (state, version) = await store.LoadAsync(AlertSeries.Decider, series.ToString(), cancellationToken);
        var events = new List<AlertSeriesEvent>();
        foreach (var command in commands)
        {
            if (AlertSeries.Decide(state, command, now) is Decision<AlertSeriesEvent>.Accepted accepted)
            {
                events.AddRange(accepted.Events);
                state = accepted.Events.Aggregate(state, AlertSeries.Evolve);
            }
        }

        try
        {
            if (events.Count == 0)
            {
                await StoreAloneAsync(also, cancellationToken);
                return true;
            }

            await store.AppendAsync(
                series.ToString(),
                AlertSeries.Decider.StreamType,
                ExpectedVersion.Exactly(version),
                [.. events.Cast<object>()],
                _ownAccount with
                {
                    CorrelationId = series.ToString(),
                },
                batch =>
                {
                    also?.Invoke(batch);
                    events.ForEach(one => DeliveryTables.AddDeliveries(batch, one, destinations));
                },
                cancellationToken
            );
        }
        catch (Exception exception) when (IsLostRace(exception))
        {
            return false;
        }

        deliveries.Raise();
        return true;
    }

    private async Task StoreAloneAsync(SideEffects? also, CancellationToken cancellationToken)
    {
        await using var batch = store.DataSource.CreateBatch();
        also?.Invoke(batch);
        if (batch.BatchCommands.Count > 0)
        {
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    /// <summary>A state that somebody else has changed refuses with null (<c>EvaluationTables</c>).</summary>
    private static bool IsLostRace(Exception exception) =>
        exception is StreamVersionConflictException
        || PostgresOf(exception)
            is {
                SqlState: PostgresErrorCodes.NotNullViolation
                    or PostgresErrorCodes.DeadlockDetected
                    or PostgresErrorCodes.SerializationFailure
            };

    private static PostgresException? PostgresOf(Exception? exception) =>
        exception is null or PostgresException ? exception as PostgresException : PostgresOf(exception.InnerException);
}
