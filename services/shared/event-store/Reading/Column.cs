using Npgsql;

namespace Platform.EventStore;

/// <summary>Reads queries that have one column.</summary>
public static class Column
{
    /// <summary>The values of the only column of a query, such as the ids of what has to be done.</summary>
    public static async Task<List<T>> ReadColumnAsync<T>(
        this NpgsqlCommand command,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(command);
        var values = new List<T>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            values.Add(await reader.GetFieldValueAsync<T>(0, cancellationToken));
        }

        return values;
    }
}
