using Npgsql;
using NpgsqlTypes;

namespace Platform.EventStore;

/// <summary>
/// A read model kept in tables of its own. Inline: its commands run in the append's transaction. Asynchronous: a page of
/// events, its commands and the progress row are one transaction. A projection has no effect outside its tables, so that
/// it can be rebuilt.
/// </summary>
public abstract class SqlProjection
{
    /// <summary>The row key in <c>mt_event_progression</c>, such as <c>job_summary:v1</c>. A changed shape gets a new name.</summary>
    public abstract string Name { get; }

    /// <summary>The tables it owns; emptied before a rebuild.</summary>
    public abstract IReadOnlyList<string> Tables { get; }

    /// <summary>Adds the commands that apply one event; events it does not know add none.</summary>
    public abstract void Project(StoredEvent stored, NpgsqlBatch batch);
}

/// <summary>Short forms for building batches of positional SQL.</summary>
public static class NpgsqlBatchExtensions
{
    /// <summary>Adds one command with positional parameters <c>$1, $2, …</c>; null becomes SQL null.</summary>
    public static void Add(this NpgsqlBatch batch, string sql, params ReadOnlySpan<object?> parameters)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var command = new NpgsqlBatchCommand(sql);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(
                parameter as NpgsqlParameter ?? new NpgsqlParameter { Value = parameter ?? DBNull.Value }
            );
        }

        batch.BatchCommands.Add(command);
    }
}

/// <summary>Parameters whose type the database cannot tell from the statement when they are null.</summary>
public static class SqlParameters
{
    /// <summary>A parameter; null becomes SQL null.</summary>
    public static NpgsqlParameter Of(object? value, NpgsqlDbType type) =>
        new() { Value = value ?? DBNull.Value, NpgsqlDbType = type };
}
