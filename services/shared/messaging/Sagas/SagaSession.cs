using System.Text.Json;
using Npgsql;
using NpgsqlTypes;

namespace Platform.Messaging.Sagas;

/// <summary>
/// One transaction on the table <c>saga</c>: remembers what it loaded, so that unchanged state is not written. Its commit does
/// not wait for the disk: a database that crashes may take the sagas' last moment with it, which leaves them behind what the
/// log says, as a lost message does; whoever publishes for those left behind brings them forward again.
/// </summary>
internal sealed class SagaSession<TInstance>(
    string sagaType,
    NpgsqlConnection connection,
    NpgsqlTransaction transaction
) : IAsyncDisposable
    where TInstance : class, IDeadlineSaga
{
    private readonly Dictionary<Guid, (long Version, byte[] Data)> _stored = [];

    public static async Task<SagaSession<TInstance>> OpenAsync(
        string sagaType,
        NpgsqlDataSource dataSource,
        CancellationToken cancellationToken
    )
    {
        var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        try
        {
            return new(sagaType, connection, await connection.BeginTransactionAsync(cancellationToken));
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public Task CommitAsync(CancellationToken cancellationToken) => transaction.CommitAsync(cancellationToken);

    public async Task<TInstance?> LoadAsync(Guid correlationId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "select version, data from saga where saga_type = $1 and correlation_id = $2",
            connection,
            transaction
        )
        {
            Parameters =
            {
                new() { Value = sagaType },
                new() { Value = correlationId },
            },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            return null;
        }

        var instance = JsonSerializer.Deserialize<TInstance>(
            await reader.GetFieldValueAsync<byte[]>(1, cancellationToken),
            JsonSerializerOptions.Web
        )!;
        // Serialized again: jsonb does not keep the bytes that were written.
        _stored[correlationId] = (reader.GetInt64(0), Serialize(instance));
        return instance;
    }

    /// <returns>False when the saga exists; a competing insert is waited for.</returns>
    public async Task<bool> TryInsertAsync(TInstance instance, CancellationToken cancellationToken)
    {
        var data = Serialize(instance);
        var command = Command(
            """
            insert into saga (saga_type, correlation_id, version, state, due_at, data)
            values ($1, $2, 1, $3, $4, $5) on conflict do nothing
            """,
            instance.CorrelationId
        );
        AddState(command, instance, data);
        if (await WriteAsync(command, cancellationToken) == 0)
        {
            return false;
        }

        _stored[instance.CorrelationId] = (1, data);
        return true;
    }

    public async Task UpdateAsync(TInstance instance, CancellationToken cancellationToken)
    {
        var (version, stored) = _stored[instance.CorrelationId];
        var data = Serialize(instance);
        if (data.AsSpan().SequenceEqual(stored))
        {
            return;
        }

        var command = Command(
            """
            update saga set version = version + 1, state = $3, due_at = $4, data = $5, changed_at = now()
            where saga_type = $1 and correlation_id = $2 and version = $6
            """,
            instance.CorrelationId
        );
        AddState(command, instance, data);
        command.Parameters.Add(new() { Value = version });
        await WriteOnceAsync(command, instance.CorrelationId, cancellationToken);
        _stored[instance.CorrelationId] = (version + 1, data);
    }

    public async Task DeleteAsync(TInstance instance, CancellationToken cancellationToken)
    {
        var command = Command(
            "delete from saga where saga_type = $1 and correlation_id = $2 and version = $3",
            instance.CorrelationId
        );
        command.Parameters.Add(new() { Value = _stored[instance.CorrelationId].Version });
        await WriteOnceAsync(command, instance.CorrelationId, cancellationToken);
        _stored.Remove(instance.CorrelationId);
    }

    public SagaVersionConflictException Conflict(Guid correlationId) => new(sagaType, correlationId);

    public async ValueTask DisposeAsync()
    {
        await transaction.DisposeAsync();
        await connection.DisposeAsync();
    }

    private static byte[] Serialize(TInstance instance) =>
        JsonSerializer.SerializeToUtf8Bytes(instance, JsonSerializerOptions.Web);

    private static void AddState(NpgsqlBatchCommand command, TInstance instance, byte[] data)
    {
        command.Parameters.Add(new() { Value = instance.CurrentState });
        command.Parameters.Add(
            new()
            {
                Value = instance.DueAt is { } due ? due.ToUniversalTime() : DBNull.Value,
                NpgsqlDbType = NpgsqlDbType.TimestampTz,
            }
        );
        command.Parameters.Add(new() { Value = data, NpgsqlDbType = NpgsqlDbType.Jsonb });
    }

    private NpgsqlBatchCommand Command(string sql, Guid correlationId) =>
        new(sql)
        {
            Parameters =
            {
                new() { Value = sagaType },
                new() { Value = correlationId },
            },
        };

    /// <returns>How many rows it wrote.</returns>
    private async Task<int> WriteAsync(NpgsqlBatchCommand command, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection, transaction)
        {
            BatchCommands = { new("set local synchronous_commit to off"), command },
        };
        return await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task WriteOnceAsync(
        NpgsqlBatchCommand command,
        Guid correlationId,
        CancellationToken cancellationToken
    )
    {
        if (await WriteAsync(command, cancellationToken) == 0)
        {
            throw Conflict(correlationId);
        }
    }
}
