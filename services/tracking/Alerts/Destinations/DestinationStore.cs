using NpgsqlTypes;
using Platform.EventStore;
using Platform.ServiceDefaults;
using Platform.Tracking.Alerts.Sending;

namespace Platform.Tracking.Alerts.Destinations;

/// <summary>
/// Stores destinations. They are rows, not streams: addresses and secrets have to go when their owner deletes them, and events stay for
/// ever.
/// </summary>
internal sealed class DestinationStore(TrackingStore store, StoredSecrets secrets, TimeProvider clock)
{
    public const int Max = 200;

    /// <summary>Null when there is no such destination.</summary>
    public Task<DestinationView?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        FindAsync(id, DestinationView.Read, cancellationToken);

    /// <summary>With its encrypted secret, to send something.</summary>
    public Task<Destination?> LoadAsync(Guid id, CancellationToken cancellationToken) =>
        FindAsync(id, Destination.Read, cancellationToken);

    /// <summary>Its secret; null when it can no longer be read.</summary>
    public string? SecretOf(Destination destination) =>
        destination.Secret is { } stored ? secrets.Decrypt(stored, Destination.PurposeOf(destination.Id)) : null;

    /// <summary>Adds one.</summary>
    /// <param name="secret">Null for mail.</param>
    /// <returns>Null when there are as many as may be.</returns>
    public async Task<DestinationView?> AddAsync(
        DestinationRequest request,
        string? secret,
        string caller,
        CancellationToken cancellationToken
    )
    {
        var id = Guid.CreateVersion7();
        await using var batch = store.DataSource.CreateBatch();
        // They are counted one after another, each with those that were added before.
        batch.Add("select pg_advisory_xact_lock(hashtextextended('tracking alert destinations', 0))");
        batch.Add(
            $"""
            insert into alert_destination as d (id, name, kind, url, recipients, secret, is_active, created_at, created_by, changed_at,
              changed_by)
            select $1, $2, $3, $4, $5, $6, $7, $8, $9, $8, $9 where (select count(*) from alert_destination) < {Max}
            returning {Destination.Columns}
            """,
            id,
            request.Name,
            request.Kind,
            SqlParameters.Of(request.Url, NpgsqlDbType.Text),
            SqlParameters.Of(request.Recipients?.ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text),
            SqlParameters.Of(Encrypted(id, secret), NpgsqlDbType.Bytea),
            request.Active,
            clock.GetUtcNow().ToUniversalTime(),
            caller
        );
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? DestinationView.Read(reader) with { Secret = secret } : null;
    }

    /// <summary>Replaces what is said of one; its kind and its secret stay.</summary>
    /// <returns>As this change left it; null when it is at another version, or gone.</returns>
    public Task<DestinationView?> ChangeAsync(
        Guid id,
        DestinationRequest request,
        long? ifVersion,
        string caller,
        CancellationToken cancellationToken
    ) =>
        ChangeAsync(
            "name = $5, url = $6, recipients = $7, is_active = $8",
            id,
            ifVersion,
            caller,
            [
                request.Name,
                SqlParameters.Of(request.Url, NpgsqlDbType.Text),
                SqlParameters.Of(request.Recipients?.ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text),
                request.Active,
            ],
            cancellationToken
        );

    /// <summary>Gives a webhook another secret; what is sent from now on is signed with it.</summary>
    /// <returns>As this change left it, with the secret; null when it is at another version, or gone.</returns>
    public async Task<DestinationView?> RotateAsync(
        Guid id,
        long? ifVersion,
        string caller,
        CancellationToken cancellationToken
    )
    {
        var secret = WebhookSignature.NewSecret();
        return
            await ChangeAsync("secret = $5", id, ifVersion, caller, [Encrypted(id, secret)], cancellationToken)
                is { } rotated
            ? rotated with
            {
                Secret = secret,
            }
            : null;
    }

    /// <summary>Deletes one that no rule names, and what is still to be delivered to it.</summary>
    /// <returns>
    /// Whether it is deleted, and the names of rules that tell it; neither when it is at another version, or gone.
    /// </returns>
    public async Task<(bool IsDeleted, IReadOnlyList<string> Rules)> DeleteAsync(
        Guid id,
        long? ifVersion,
        CancellationToken cancellationToken
    )
    {
        await using var batch = store.DataSource.CreateBatch();
        // A rule that is being stored holds the row: what follows sees that rule, and from now on there is no other.
        batch.Add("select from alert_destination where id = $1 for update", id);
        batch.Add(
            "select name from alert_rule where spec -> 'destinations' ? $1 order by name limit 10",
            id.ToString()
        );
        batch.Add(
            """
            with gone as (
              delete from alert_destination where id = $1 and ($2 is null or version = $2)
                and not exists (select from alert_rule where spec -> 'destinations' ? $1::text)
              returning id),
            given_up as (
              update alert_delivery set state = 'failed', next_at = null
              where destination_id in (select id from gone) and state = 'pending')
            select id from gone
            """,
            id,
            SqlParameters.Of(ifVersion, NpgsqlDbType.Bigint)
        );
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var rules = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rules.Add(reader.GetString(0));
        }

        await reader.NextResultAsync(cancellationToken);
        return (await reader.ReadAsync(cancellationToken), rules);
    }

    private async Task<DestinationView?> ChangeAsync(
        string assignments,
        Guid id,
        long? ifVersion,
        string caller,
        object?[] values,
        CancellationToken cancellationToken
    )
    {
        await using var batch = store.DataSource.CreateBatch();
        batch.Add(
            $"""
            update alert_destination d set {assignments}, changed_at = $3, changed_by = $4, version = version + 1
            where id = $1 and ($2 is null or version = $2) returning {Destination.Columns}
            """,
            [
                id,
                SqlParameters.Of(ifVersion, NpgsqlDbType.Bigint),
                clock.GetUtcNow().ToUniversalTime(),
                caller,
                .. values,
            ]
        );
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? DestinationView.Read(reader) : null;
    }

    private async Task<T?> FindAsync<T>(
        Guid id,
        Func<System.Data.Common.DbDataReader, T> read,
        CancellationToken cancellationToken
    )
        where T : class
    {
        await using var command = store.DataSource.CreateCommand(
            $"select {Destination.Columns} from alert_destination d where d.id = $1"
        );
        command.Parameters.Add(new() { Value = id });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? read(reader) : null;
    }

    private byte[]? Encrypted(Guid id, string? secret) =>
        secret is null ? null : secrets.Encrypt(secret, Destination.PurposeOf(id));
}
