using Npgsql;

namespace Platform.EventStore;

/// <summary>The commands of a projection for some events, which knows what each event added.</summary>
/// <param name="batch">May hold commands already; they belong to no event.</param>
/// <param name="isInline">The projection sees no sequence, as in an append.</param>
internal sealed class ProjectionBatch(SqlProjection projection, string schema, NpgsqlBatch batch, bool isInline = false)
{
    private readonly List<StoredEvent?> _causes = [.. new StoredEvent?[batch.BatchCommands.Count]];

    /// <exception cref="EventFailedException">The projection cannot take the event.</exception>
    public void Add(StoredEvent stored)
    {
        try
        {
            projection.Project(isInline ? stored with { Sequence = 0 } : stored, batch);
        }
        catch (Exception e)
        {
            throw Failed(stored, e);
        }

        while (_causes.Count < batch.BatchCommands.Count)
        {
            _causes.Add(stored);
        }
    }

    /// <exception cref="EventFailedException">The database refuses what an event added.</exception>
    public async Task ExecuteAsync(CancellationToken cancellationToken)
    {
        if (_causes.Count == 0)
        {
            return;
        }

        try
        {
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (PostgresException e) when (CauseOf(e) is { } stored && !DatabaseFailures.IsUnreachable(e))
        {
            throw Failed(stored, e);
        }
    }

    private StoredEvent? CauseOf(PostgresException exception) =>
        exception.BatchCommand is NpgsqlBatchCommand command && batch.BatchCommands.IndexOf(command) is >= 0 and var i
            ? _causes[i]
            : null;

    private EventFailedException Failed(StoredEvent stored, Exception cause) =>
        new(
            $"Projection '{projection.Name}' of schema '{schema}'",
            stored.Sequence,
            stored.Type,
            stored.StreamId,
            stored.Version,
            cause
        );
}
