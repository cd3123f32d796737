using Marten;
using Npgsql;
using IEvent = JasperFx.Events.IEvent;
using UnknownToMartenException = Marten.Exceptions.UnknownEventTypeException;

namespace Platform.EventStore;

/// <summary>Reads single streams and folds them to their state.</summary>
internal sealed class StreamLoader(EventStoreOptions options, NpgsqlDataSource dataSource, IDocumentStore marten)
{
    public async Task<IReadOnlyList<StoredEvent>> ReadAsync(
        string streamId,
        long fromVersion,
        CancellationToken cancellationToken
    ) => [.. (await FetchAsync(streamId, fromVersion, cancellationToken)).Select(ToStored)];

    public async Task<(TState State, long Version)> LoadAsync<TState, TEvent>(
        Decider<TState, TEvent> decider,
        string streamId,
        CancellationToken cancellationToken
    )
        where TState : notnull
        where TEvent : notnull
    {
        var (state, version) = (decider.Initial, 0L);
        foreach (var fetched in await FetchAsync(streamId, 1, cancellationToken))
        {
            if (fetched.Data is not TEvent @event)
            {
                throw new StreamOfAnotherKindException(
                    streamId,
                    $"Stream '{streamId}' holds '{fetched.EventTypeName}' at version {fetched.Version}, which is no {typeof(TEvent).Name}."
                );
            }

            state = decider.Evolve(state, @event);
            version = fetched.Version;
        }

        return (state, version);
    }

    private async Task<IReadOnlyList<IEvent>> FetchAsync(
        string streamId,
        long fromVersion,
        CancellationToken cancellationToken
    )
    {
        await using var session = marten.QuerySession();
        try
        {
            return await session.Events.FetchStreamAsync(streamId, fromVersion: fromVersion, token: cancellationToken);
        }
        catch (UnknownToMartenException)
        {
            throw await FindUnknownAsync(streamId, fromVersion, cancellationToken);
        }
        catch (Exception e) when (MartenFailures.CauseOf(e) is { } cause)
        {
            MartenFailures.Throw(cause);
            throw;
        }
    }

    /// <summary>Marten names the class that was stored; the first event whose alias is unknown says more.</summary>
    private async Task<Exception> FindUnknownAsync(
        string streamId,
        long fromVersion,
        CancellationToken cancellationToken
    )
    {
        await using var command = dataSource.CreateCommand(
            $"select {EventRow.Columns} from mt_events where stream_id = $1 and version >= $2 order by version"
        );
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = streamId });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = fromVersion });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var row = EventRow.Read(reader);
            if (options.Events.Find(row.Type) is null)
            {
                return new UnknownEventTypeException(row.Type, options.Schema);
            }
        }

        return new InvalidOperationException($"Stream '{streamId}' of schema '{options.Schema}' cannot be read.");
    }

    private static StoredEvent ToStored(IEvent fetched)
    {
        var headers = fetched.Headers?.ToDictionary(
            header => header.Key,
            header => header.Value?.ToString() ?? "",
            StringComparer.Ordinal
        );
        return new StoredEvent(
            fetched.Sequence,
            fetched.Id,
            fetched.StreamKey!,
            fetched.Version,
            fetched.EventTypeName,
            fetched.Data,
            fetched.Timestamp,
            EventMetadata.Of(fetched.CorrelationId, fetched.CausationId, headers)
        );
    }
}
