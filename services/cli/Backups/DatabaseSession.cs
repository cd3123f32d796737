using Npgsql;
using Platform.Contracts.Services;

namespace Platform.Cli.Backups;

/// <summary>A connection to a platform's database in which values have one text each, whatever the server's settings are.</summary>
internal sealed class DatabaseSession(NpgsqlConnection connection) : IAsyncDisposable
{
    public const string EventTable = "mt_events";

    public static async Task<DatabaseSession> OpenAsync(string connectionString, CancellationToken cancellationToken)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, CommandTimeout = 0 };
        var connection = new NpgsqlConnection(settings.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            var session = new DatabaseSession(connection);
            await session.ExecuteAsync(
                """
                set timezone = 'UTC'; set datestyle = 'ISO, MDY'; set intervalstyle = 'postgres';
                set bytea_output = 'hex'; set extra_float_digits = 1; set lock_timeout = 0; set statement_timeout = 0
                """,
                cancellationToken
            );
            return session;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Does something with a database; that it fails is told in a line.</summary>
    public static async Task<T> UseAsync<T>(Func<Task<T>> use)
    {
        try
        {
            return await use();
        }
        catch (NpgsqlException exception)
        {
            throw new CliException(
                $"The database failed: {exception.Message.Split('\n')[0].TrimEnd('.')}. Nothing was changed; look into the log of the database in the data folder (postgres/server/postgres.log), and try again.",
                exception
            );
        }
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();

    public async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task<List<T>> ReadAsync<T>(
        string sql,
        Func<NpgsqlDataReader, T> read,
        CancellationToken cancellationToken,
        params object[] parameters
    )
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        }

        var rows = new List<T>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    /// <summary>The tables of all services, with the columns that are stored.</summary>
    public async Task<IReadOnlyList<TableName>> TablesAsync(CancellationToken cancellationToken) =>
        await ReadAsync(
            """
            select n.nspname::text, c.relname::text, array_agg(a.attname::text order by a.attnum)
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
              join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
            where c.relkind = 'r' and n.nspname = any($1)
            group by 1, 2 order by 1, 2
            """,
            row => new TableName(row.GetString(0), row.GetString(1), row.GetFieldValue<string[]>(2)),
            cancellationToken,
            (object)ServiceCatalog.Schemas.ToArray()
        );

    /// <summary>The text of a table's rows. Events are in the order of the log, so that equal ones have an equal text.</summary>
    public async Task<CopiedText> CopyOutAsync(TableName table, CancellationToken cancellationToken)
    {
        var order = table.Name is EventTable ? " order by seq_id" : "";
        var reader = await connection.BeginTextExportAsync(
            $"copy (select {table.ColumnList} from {table.Quoted}{order}) to stdout",
            cancellationToken
        );
        return new CopiedText((StreamReader)reader);
    }

    /// <summary>Takes the text of a table's rows; they are stored when what is returned is disposed.</summary>
    public async Task<StreamWriter> CopyInAsync(TableName table, CancellationToken cancellationToken) =>
        (StreamWriter)
            await connection.BeginTextImportAsync(
                $"copy {table.Quoted} ({table.ColumnList}) from stdin",
                cancellationToken
            );

    /// <summary>How many events there are by type of stream.</summary>
    public async Task<Dictionary<string, long>> CountEventsAsync(string schema, CancellationToken cancellationToken)
    {
        var quoted = TableName.Quote(schema);
        var counts = await ReadAsync(
            $"""
            select coalesce(s.type, '') as stream_type, count(*)
            from {quoted}.mt_events e left join {quoted}.mt_streams s on s.id = e.stream_id
            group by 1 order by 1
            """,
            row => (Type: row.GetString(0), Count: row.GetInt64(1)),
            cancellationToken
        );
        return counts.ToDictionary(one => one.Type, one => one.Count, StringComparer.Ordinal);
    }

    /// <summary>The steps that a schema has been through.</summary>
    public async Task<IReadOnlyList<string>> MigrationsAsync(string schema, CancellationToken cancellationToken) =>
        await ReadAsync(
            $"select name from {TableName.Quote(schema)}.migration order by name collate \"C\"",
            row => row.GetString(0),
            cancellationToken
        );
}

/// <summary>A table of a service.</summary>
internal sealed record TableName(string Schema, string Name, IReadOnlyList<string> Columns)
{
    public string Quoted => $"{Quote(Schema)}.{Quote(Name)}";

    public string ColumnList => string.Join(", ", Columns.Select(Quote));

    public static string Quote(string identifier) => new NpgsqlCommandBuilder().QuoteIdentifier(identifier);
}

/// <summary>The text of a table as bytes.</summary>
internal sealed class CopiedText(StreamReader reader) : IDisposable
{
    public Stream Bytes => reader.BaseStream;

    public void Dispose() => reader.Dispose();
}
