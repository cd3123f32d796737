using System.Diagnostics;
using Marten;
using Marten.Exceptions;
using Npgsql;
using EventStreamUnexpectedMaxEventIdException = JasperFx.Events.EventStreamUnexpectedMaxEventIdException;

namespace Platform.EventStore;

/// <summary>
/// Stores events, inline projections and side effects in one transaction. Appends that wait at the same time share it
/// (<see cref="GroupCommit"/>).
/// </summary>
internal sealed class EventAppender(
    EventStoreOptions options,
    NpgsqlDataSource dataSource,
    IDocumentStore marten,
    LogSignal signal
)
{
    private static readonly ActivitySource _source = new("Platform");

    private readonly GroupCommit _commits = new(marten);

    public async Task<long> AppendAsync(
        string streamId,
        string streamType,
        ExpectedVersion expected,
        IReadOnlyList<object> events,
        EventMetadata metadata,
        SideEffects? sideEffects,
        CancellationToken cancellationToken
    )
    {
        using var activity = _source.StartActivity("append");
        activity?.SetTag("stream", streamId);
        var append = new PendingAppend(options, streamId, streamType, expected, events, metadata, sideEffects);
        try
        {
            await _commits.CommitAsync(append, cancellationToken);
        }
        catch (Exception e)
            when (e
                    is EventStreamUnexpectedMaxEventIdException
                        or ExistingStreamIdCollisionException
                        or InvalidStreamOperationException
            )
        {
            throw await ExplainAsync(streamId, expected, e, cancellationToken);
        }

        signal.RaiseAppend();
        return append.VersionAfter;
    }

    /// <summary>Marten does not say at which version the stream is.</summary>
    private async Task<Exception> ExplainAsync(
        string streamId,
        ExpectedVersion expected,
        Exception refused,
        CancellationToken cancellationToken
    )
    {
        await using var command = dataSource.CreateCommand("select version, is_archived from mt_streams where id = $1");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = streamId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var exists = await reader.ReadAsync(cancellationToken);
        return exists && reader.GetBoolean(1) ? new StreamArchivedException(streamId)
            : refused is InvalidStreamOperationException ? refused
            : new StreamVersionConflictException(streamId, expected.Value, exists ? reader.GetInt64(0) : 0);
    }
}
