using Npgsql;
using Platform.ServiceDefaults;

namespace Platform.Tracking.Alerts.Firing;

/// <summary>Reads alerts, and keeps which of them each user has put aside.</summary>
internal sealed class AlertReader(TrackingStore store)
{
    /// <summary>Null when there is no such alert.</summary>
    /// <param name="caller">Who asks, as events name it.</param>
    public async Task<AlertView?> FindAsync(Guid id, string caller, CancellationToken cancellationToken)
    {
        await using var command = Command(
            $"""
            select {AlertView.Columns}, d.alert_id is not null as dismissed
            from alert a left join alert_dismissal d on d.subject = $2 and d.alert_id = a.id where a.id = $1
            """,
            id,
            caller
        );
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? AlertView.Read(reader, reader.Value<bool>("dismissed"))
            : null;
    }

    public async Task DismissAsync(Guid id, string caller, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = Command(
            """
            insert into alert_dismissal (alert_id, subject, at) select a.id, $2, $3 from alert a where a.id = $1
            on conflict (subject, alert_id) do nothing
            """,
            id,
            caller
        );
        command.Parameters.Add(new() { Value = now.ToUniversalTime() });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task RestoreAsync(Guid id, string caller, CancellationToken cancellationToken)
    {
        await using var command = Command(
            "delete from alert_dismissal where alert_id = $1 and subject = $2",
            id,
            caller
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private NpgsqlCommand Command(string sql, Guid id, string caller)
    {
        var command = store.DataSource.CreateCommand(sql);
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(new() { Value = caller });
        return command;
    }
}
