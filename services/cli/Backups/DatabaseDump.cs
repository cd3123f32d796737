using Platform.Contracts.Artifacts;
using Platform.Contracts.Services;

namespace Platform.Cli.Backups;

/// <summary>
/// Writes one consistent state of the database. It is read in a transaction that has no id, so that it holds up no follower of the
/// event log, and with locks that only changes of tables wait for.
/// </summary>
internal sealed class DatabaseDump(DatabaseSession database)
{
    private static readonly TimeSpan _lockLimit = TimeSpan.FromMinutes(2);

    /// <summary>Keeps bytes from being deleted until the session ends, however it ends.</summary>
    /// <exception cref="CliException">Another backup does the same.</exception>
    public async Task HoldBlobsAsync(CancellationToken cancellationToken)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (
            !(
                await database.ReadAsync(
                    $"select pg_try_advisory_lock({BlobDeletion.Lock})",
                    row => row.GetBoolean(0),
                    cancellationToken
                )
            )[0]
        )
        {
            if (TimeProvider.System.GetElapsedTime(since) > _lockLimit)
            {
                throw new CliException("Another backup of this platform is running. Try again when it is done.");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200), cancellationToken);
        }
    }

    /// <summary>Writes it, and leaves the snapshot open for <see cref="BlobsAsync"/>.</summary>
    /// <param name="progress">Told which table is written.</param>
    public async Task<IReadOnlyList<SchemaContent>> WriteAsync(
        BackupWriter writer,
        Action<string> progress,
        CancellationToken cancellationToken
    )
    {
        var tables = await database.TablesAsync(cancellationToken);
        var missing = ServiceCatalog
            .Schemas.Except(tables.Select(table => table.Schema), StringComparer.Ordinal)
            .ToList();
        if (missing.Count > 0)
        {
            throw new CliException(
                $"The database has no tables of {string.Join(", ", missing)}: no platform has been ready on it. Start it once with './platform up'."
            );
        }

        // The locks come before the snapshot: a table that is emptied in between would be empty in it.
        await database.ExecuteAsync(
            $"begin isolation level repeatable read read only; lock table {string.Join(", ", tables.Select(table => table.Quoted))} in access share mode",
            cancellationToken
        );
        var schemas = new List<SchemaContent>();
        foreach (var schema in ServiceCatalog.Schemas)
        {
            var contents = new List<TableContent>();
            foreach (var table in tables.Where(table => table.Schema == schema))
            {
                progress($"{schema}.{table.Name}");
                using var text = await database.CopyOutAsync(table, cancellationToken);
                contents.Add(
                    await writer.AddTableAsync(schema, table.Name, table.Columns, text.Bytes, cancellationToken)
                );
            }

            schemas.Add(
                new SchemaContent(
                    schema,
                    await database.MigrationsAsync(schema, cancellationToken),
                    contents,
                    await SequencesAsync(schema, cancellationToken),
                    await database.CountEventsAsync(schema, cancellationToken)
                )
            );
        }

        return schemas;
    }

    /// <summary>The blobs that a version of an artifact or a file of a run has, with their sizes.</summary>
    public async Task<IReadOnlyList<(string Sha256, long Size)>> BlobsAsync(CancellationToken cancellationToken) =>
        await database.ReadAsync(
            """
            select sha256, size from artifacts.blob b
            where exists (select from artifacts.manifest_file f where f.sha256 = b.sha256)
              or exists (select from artifacts.run_file r where r.sha256 = b.sha256)
            order by sha256
            """,
            row => (row.GetString(0), row.GetInt64(1)),
            cancellationToken
        );

    /// <summary>What a sequence gave belongs to no snapshot; read after all rows, it is not below any of them.</summary>
    private async Task<Dictionary<string, long>> SequencesAsync(string schema, CancellationToken cancellationToken)
    {
        var values = await database.ReadAsync(
            "select sequencename::text, last_value from pg_sequences where schemaname = $1 and last_value is not null",
            row => (Name: row.GetString(0), Value: row.GetInt64(1)),
            cancellationToken,
            schema
        );
        return values.ToDictionary(one => one.Name, one => one.Value, StringComparer.Ordinal);
    }
}
