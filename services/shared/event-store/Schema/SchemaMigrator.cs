using JasperFx;
using Marten;
using Npgsql;
using Weasel.Core;

namespace Platform.EventStore;

/// <summary>
/// Brings one schema up to date: Marten's tables and functions, the service's own tables, and what this library keeps beside
/// them. One transaction does all of it or nothing; the advisory lock makes several processes take turns.
/// </summary>
internal sealed class SchemaMigrator(EventStoreOptions options, NpgsqlDataSource dataSource, DocumentStore marten)
{
    public async Task MigrateAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);

        await ExecuteAsync(
            connection,
            $"select pg_advisory_xact_lock({AdvisoryLock.Key("migrate", options.Schema)})",
            cancellationToken
        );
        await ExecuteAsync(
            connection,
            $"""
            create schema if not exists {StoreSchema.Quote(options.Schema)};
            create table if not exists migration (name varchar primary key, applied_at timestamptz not null default now());
            """,
            cancellationToken
        );

        var applied = await AppliedAsync(connection, cancellationToken);
        RefuseNewer(applied);
        await ApplyMartenAsync(connection, cancellationToken);
        foreach (var migration in StoreSchema.Migrations.Concat(options.Migrations))
        {
            if (applied.Add(migration.Name))
            {
                await ApplyAsync(connection, migration, cancellationToken);
            }
        }

        await ExecuteAsync(connection, StoreSchema.Functions(options.Schema), cancellationToken);
        await RequireUncachedSequenceAsync(connection, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private static async Task<HashSet<string>> AppliedAsync(
        NpgsqlConnection connection,
        CancellationToken cancellationToken
    )
    {
        var applied = new HashSet<string>(StringComparer.Ordinal);
        await using var command = new NpgsqlCommand("select name from migration", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            applied.Add(reader.GetString(0));
        }

        return applied;
    }

    /// <summary>What a newer release changed is not for this one to use.</summary>
    private void RefuseNewer(IEnumerable<string> applied)
    {
        var known = StoreSchema
            .Migrations.Concat(options.Migrations)
            .Select(m => m.Name)
            .ToHashSet(StringComparer.Ordinal);
        known.UnionWith(StoreSchema.RetiredMigrations);
        if (applied.FirstOrDefault(name => !known.Contains(name)) is { } unknown)
        {
            throw new SchemaRefusedException(
                $"The schema '{options.Schema}' belongs to a newer release: its migration '{unknown}' is unknown to this one. Nothing was changed. Start that release, or restore a backup made before the upgrade."
            );
        }
    }

    /// <summary>Creates or completes Marten's tables and functions. Marten only says what is missing: it is added in this transaction.</summary>
    private async Task ApplyMartenAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var difference = await marten.Storage.Database.CreateMigrationAsync(cancellationToken);
        if (difference.Difference == SchemaPatchDifference.None)
        {
            return;
        }

        using var sql = new StringWriter();
        try
        {
            difference.WriteAllUpdates(sql, marten.Options.Advanced.Migrator, AutoCreate.CreateOrUpdate);
            await ExecuteAsync(connection, sql.ToString(), cancellationToken);
        }
        catch (Exception e)
            when (e is SchemaMigrationException or PostgresException && !DatabaseFailures.IsUnreachable(e))
        {
            throw new SchemaRefusedException(
                $"Marten's tables in the schema '{options.Schema}' cannot be completed: {e.Message} Nothing was changed.",
                e
            );
        }
    }

    private async Task ApplyAsync(NpgsqlConnection connection, Migration migration, CancellationToken cancellationToken)
    {
        try
        {
            await ExecuteAsync(connection, migration.Sql, cancellationToken);
        }
        catch (PostgresException e) when (!DatabaseFailures.IsUnreachable(e))
        {
            throw new SchemaRefusedException(
                $"Migration '{migration.Name}' of schema '{options.Schema}' failed: {e.MessageText}",
                e
            );
        }

        await using var note = new NpgsqlCommand("insert into migration (name) values ($1)", connection);
        note.Parameters.Add(new NpgsqlParameter<string> { TypedValue = migration.Name });
        await note.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Sessions that cache sequence numbers would draw low ones late, which no reader could notice.</summary>
    private async Task RequireUncachedSequenceAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "select seqcache from pg_sequence where seqrelid = 'mt_events_sequence'::regclass",
            connection
        );
        if (await command.ExecuteScalarAsync(cancellationToken) is not 1L)
        {
            throw new SchemaRefusedException(
                $"The sequence {options.Schema}.mt_events_sequence must have 'cache 1', or readers of the log miss events."
            );
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
