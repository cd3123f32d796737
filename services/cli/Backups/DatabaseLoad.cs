using System.Globalization;

namespace Platform.Cli.Backups;

/// <summary>
/// Fills a database that has the tables of this release, and nothing else of use, with the rows of a backup, in one transaction.
/// Triggers and foreign keys do not act: the rows that they would write or ask for are in the backup.
/// </summary>
internal sealed class DatabaseLoad(DatabaseSession database, BackupFile backup) : IAsyncDisposable
{
    /// <summary>Steps of release 0.1.0 that a platform which came from it has been through, and that no later release does.</summary>
    private static readonly string[] _retired = ["event_store_001_marten_tables", "event_store_002_snapshot"];

    private readonly Dictionary<(string Schema, string Name), TableName> _tables = [];
    private ((string Schema, string Table) Name, StreamWriter Text)? _open;

    /// <summary>Checks that the tables are those of the backup, and empties them.</summary>
    /// <exception cref="CliException">They are not; the message says which release to use.</exception>
    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        var tables = (await database.TablesAsync(cancellationToken)).ToDictionary(table => (table.Schema, table.Name));
        foreach (var schema in backup.Manifest.Schemas)
        {
            var known = await database.MigrationsAsync(schema.Name, cancellationToken);
            if (Missing(schema.Migrations, [.. known, .. _retired]) is { } unknown)
            {
                throw new CliException(
                    $"{backup.Path} was written by a newer release of the platform: its schema '{schema.Name}' has the migration '{unknown}', which this one does not know. Use that release."
                );
            }

            if (Missing(known, schema.Migrations) is { } missing)
            {
                throw new CliException(
                    $"{backup.Path} was written by an earlier release of the platform ({backup.Header.PlatformVersion}): its schema '{schema.Name}' lacks the migration '{missing}'. Restore it with that release, then start this one on the folder, which upgrades it."
                );
            }

            foreach (var table in schema.Tables)
            {
                _tables[(schema.Name, table.Name)] =
                    tables.TryGetValue((schema.Name, table.Name), out var fresh)
                    && Missing(table.Columns, fresh.Columns) is null
                        ? fresh with
                        {
                            Columns = table.Columns,
                        }
                        : throw new CliException(
                            $"{backup.Path} has a table {schema.Name}.{table.Name} that this release does not have so. Restore it with the release that wrote it ({backup.Header.PlatformVersion})."
                        );
            }
        }

        await database.ExecuteAsync("set session_replication_role = replica; begin", cancellationToken);
        await database.ExecuteAsync(
            $"truncate table {string.Join(", ", tables.Values.Select(table => table.Quoted))}",
            cancellationToken
        );
    }

    /// <summary>Takes the next part of a table's text.</summary>
    public async Task AddAsync(
        string schema,
        string table,
        ReadOnlyMemory<byte> text,
        CancellationToken cancellationToken
    )
    {
        if (_open is not { } open || open.Name != (schema, table))
        {
            await CloseAsync();
            _open = open = ((schema, table), await database.CopyInAsync(_tables[(schema, table)], cancellationToken));
        }

        await open.Text.BaseStream.WriteAsync(text, cancellationToken);
    }

    /// <summary>Stores all rows, sets the sequences, and compares counts and the checksums of events with the backup's.</summary>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        await CloseAsync();
        foreach (var schema in backup.Manifest.Schemas)
        {
            foreach (var (sequence, value) in schema.Sequences)
            {
                await database.ReadAsync(
                    "select setval($1::regclass, $2)",
                    row => row.GetInt64(0),
                    cancellationToken,
                    $"{TableName.Quote(schema.Name)}.{TableName.Quote(sequence)}",
                    value
                );
            }
        }

        await database.ExecuteAsync("commit", cancellationToken);
        foreach (var schema in backup.Manifest.Schemas)
        {
            await CompareAsync(schema, cancellationToken);
        }

        await database.ExecuteAsync("analyze", cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_open is { } open)
        {
            // What was not completed is rolled back with the session.
            _open = null;
            try
            {
                await open.Text.DisposeAsync();
            }
            catch (Npgsql.NpgsqlException)
            {
                // The rows so far end in the middle of one.
            }
        }
    }

    private static string? Missing(IEnumerable<string> wanted, IEnumerable<string> known) =>
        wanted.Except(known, StringComparer.Ordinal).FirstOrDefault();

    private async Task CloseAsync()
    {
        if (_open is { } open)
        {
            _open = null;
            await open.Text.DisposeAsync();
        }
    }

    private async Task CompareAsync(SchemaContent schema, CancellationToken cancellationToken)
    {
        foreach (var table in schema.Tables)
        {
            var name = _tables[(schema.Name, table.Name)];
            var rows = await database.ReadAsync(
                $"select count(*) from {name.Quoted}",
                row => row.GetInt64(0),
                cancellationToken
            );
            Require(rows[0] == table.Rows, $"{name.Quoted} has {rows[0]} rows instead of {table.Rows}");
            if (table.Name is DatabaseSession.EventTable)
            {
                using var text = await database.CopyOutAsync(name, cancellationToken);
                using var hashed = new HashingStream(text.Bytes, isRead: true);
                await hashed.CopyToAsync(Stream.Null, cancellationToken);
                Require(
                    Convert.ToHexStringLower(hashed.TakeHash()) == table.Sha256,
                    $"the events of {schema.Name} are others"
                );
            }
        }

        var events = await database.CountEventsAsync(schema.Name, cancellationToken);
        Require(
            events.Count == schema.Events.Count
                && events.All(one => schema.Events.GetValueOrDefault(one.Key) == one.Value),
            $"the events of {schema.Name} are counted otherwise"
        );
    }

    private void Require(bool isEqual, string difference)
    {
        if (!isEqual)
        {
            throw new CliException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"What was restored from {backup.Path} is not what was backed up: {difference}. Nothing was kept; use another backup."
                )
            );
        }
    }
}
