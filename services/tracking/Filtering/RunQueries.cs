using Npgsql;
using Platform.ServiceDefaults;

namespace Platform.Tracking.Filtering;

/// <summary>The queries of one search, which see the same state of the database and are planned for the values that they have.</summary>
internal sealed class RunQueries : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;
    private readonly ListFilter _filter;

    private RunQueries(NpgsqlConnection connection, NpgsqlTransaction transaction, ListFilter filter) =>
        (_connection, _transaction, _filter) = (connection, transaction, filter);

    /// <param name="filter">Has the parameters.</param>
    public static async Task<RunQueries> OpenAsync(
        NpgsqlDataSource source,
        ListFilter filter,
        CancellationToken cancellationToken
    )
    {
        var connection = await source.OpenConnectionAsync(cancellationToken);
        var transaction = await connection.BeginTransactionAsync(
            System.Data.IsolationLevel.RepeatableRead,
            cancellationToken
        );
        await using var command = new NpgsqlCommand(
            """
            select set_config('plan_cache_mode', 'force_custom_plan', true), set_config('jit', 'off', true),
              set_config('work_mem', '64MB', true), set_config('max_parallel_workers_per_gather', '0', true)
            """,
            connection,
            transaction
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
        return new RunQueries(connection, transaction, filter);
    }

    /// <summary>Turns a value into a parameter of the queries from here on.</summary>
    public string Parameter(object value) => _filter.Parameter(value);

    /// <summary>The array that a query gives.</summary>
    public async Task<int[]> NumbersAsync(string sql, CancellationToken cancellationToken) =>
        (int[])(await ScalarAsync(Batch(sql), cancellationToken))!;

    /// <summary>The texts that a query gives, which may be null.</summary>
    public async Task<string[]?> TextsAsync(string sql, CancellationToken cancellationToken) =>
        await ScalarAsync(Batch(sql), cancellationToken) as string[];

    /// <summary>The number that a query gives.</summary>
    public async Task<long> CountAsync(string sql, CancellationToken cancellationToken) =>
        (long)(await ScalarAsync(Batch(sql), cancellationToken))!;

    /// <inheritdoc cref="NumbersAsync"/>
    /// <remarks>Joins many numbers, by hash tables or in order: looking them up one by one is never better, and PostgreSQL cannot know it.</remarks>
    public async Task<int[]> JoinedNumbersAsync(string sql, CancellationToken cancellationToken) =>
        (int[])(await ScalarAsync(JoiningBatch(sql), cancellationToken))!;

    /// <inheritdoc cref="CountAsync"/>
    /// <inheritdoc cref="JoinedNumbersAsync" path="/remarks"/>
    public async Task<long> JoinedCountAsync(string sql, CancellationToken cancellationToken) =>
        (long)(await ScalarAsync(JoiningBatch(sql), cancellationToken))!;

    /// <summary>How many rows a query went through, and what it found.</summary>
    public async Task<(int Walked, int[] Found)> TryAsync(string sql, CancellationToken cancellationToken)
    {
        await using var batch = Batch(sql);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (reader.GetInt32(0), await reader.GetFieldValueAsync<int[]>(1, cancellationToken));
    }

    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private static async Task<object?> ScalarAsync(NpgsqlBatch batch, CancellationToken cancellationToken)
    {
        await using (batch)
        {
            return await batch.ExecuteScalarAsync(cancellationToken);
        }
    }

    private NpgsqlBatch JoiningBatch(string sql)
    {
        var batch = new NpgsqlBatch(_connection, _transaction);
        batch.BatchCommands.Add(new("set local enable_nestloop = off"));
        batch.BatchCommands.Add(_filter.Command(sql));
        batch.BatchCommands.Add(new("set local enable_nestloop = on"));
        return batch;
    }

    private NpgsqlBatch Batch(string sql)
    {
        var batch = new NpgsqlBatch(_connection, _transaction);
        batch.BatchCommands.Add(_filter.Command(sql));
        return batch;
    }
}
