using Npgsql;
using Platform.EventStore;

namespace Platform.Messaging;

/// <summary>Remembers handled messages for consumers whose effect has no natural key.</summary>
public static class Inbox
{
    /// <summary>Creates the table.</summary>
    public static Migration Migration { get; } =
        new(
            "messaging_001_inbox",
            """
            create table inbox (
              consumer varchar not null,
              message_id uuid not null,
              received_at timestamptz not null default now(),
              primary key (consumer, message_id));
            create index inbox_received on inbox (received_at);
            """
        );

    /// <summary>Notes the message in the effect's transaction.</summary>
    /// <returns>False when it was handled before: the caller does nothing.</returns>
    public static async Task<bool> TryReceiveAsync(
        NpgsqlTransaction transaction,
        string consumer,
        Guid messageId,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(transaction);
        await using var command = new NpgsqlCommand(
            "insert into inbox (consumer, message_id) values ($1, $2) on conflict do nothing",
            transaction.Connection,
            transaction
        )
        {
            Parameters =
            {
                new() { Value = consumer },
                new() { Value = messageId },
            },
        };
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <summary>Forgets messages received before a time; a broker repeats a delivery within minutes, so days are plenty.</summary>
    /// <returns>How many were forgotten.</returns>
    public static async Task<int> TrimAsync(
        NpgsqlDataSource dataSource,
        DateTimeOffset before,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        await using var command = dataSource.CreateCommand("delete from inbox where received_at < $1");
        command.Parameters.Add(new() { Value = before.ToUniversalTime() });
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
