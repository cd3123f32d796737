using Microsoft.Extensions.DependencyInjection;

namespace Platform.EventStore;

/// <summary>Gets the database ready for a process before anything of it runs, so that a start that must be refused is refused in one sentence.</summary>
public static class DatabaseStart
{
    /// <summary>Room beside the connections of the services: backups, migrations and people.</summary>
    private const int Spare = 20;

    /// <summary>
    /// Waits until the database gives each event store of the process the connections that it always holds, then migrates the schemas. Does
    /// nothing in a process without event stores.
    /// </summary>
    /// <param name="report">Told in one sentence what is waited for, or what will be missing under load.</param>
    /// <param name="limit">How long the database may take; 60 s unless told.</param>
    /// <exception cref="DatabaseRefusedException">Waiting would not help.</exception>
    /// <exception cref="DatabaseUnreachableException">The database did not answer in time, or had no connection left.</exception>
    /// <exception cref="SchemaRefusedException">A schema cannot be used by this release; it was left as it is.</exception>
    public static async Task PrepareDatabaseAsync(
        this IServiceProvider provider,
        Action<string> report,
        TimeSpan? limit = null,
        CancellationToken cancellationToken = default
    )
    {
        var migrations = provider.GetServices<MigrationHost>().ToList();
        if (migrations.Count == 0)
        {
            return;
        }

        var stores = migrations.Select(migration => migration.Store).ToList();
        var wait = new DatabaseWait(stores[0].DataSource.ConnectionString, report)
        {
            Limit = limit ?? DatabaseWait.DefaultLimit,
            Needs = Needs(stores),
        };
        await wait.UntilAsync(ct => HoldAtOnceAsync(stores, ct), cancellationToken);
        await wait.UntilAsync(ct => WarnOfTooFewAsync(stores, wait, report, ct), cancellationToken);
        await MigrateAsync(migrations, wait, cancellationToken);
    }

    /// <summary>Migrates the schemas of all registered stores, for which one connection is enough; waits for the database.</summary>
    /// <inheritdoc cref="PrepareDatabaseAsync" path="/param|/exception" />
    public static async Task MigrateDatabaseAsync(
        this IServiceProvider provider,
        Action<string> report,
        CancellationToken cancellationToken = default
    )
    {
        var migrations = provider.GetServices<MigrationHost>().ToList();
        if (migrations.Count > 0)
        {
            var wait = new DatabaseWait(migrations[0].Store.DataSource.ConnectionString, report);
            await MigrateAsync(migrations, wait, cancellationToken);
        }
    }

    private static async Task MigrateAsync(
        IEnumerable<MigrationHost> migrations,
        DatabaseWait wait,
        CancellationToken cancellationToken
    )
    {
        foreach (var migration in migrations)
        {
            await migration.MigrateAsync(wait, cancellationToken);
        }
    }

    private static string Needs(List<EventStore> stores)
    {
        var most = stores.Sum(store => store.Options.MaxPoolSize);
        return $"This process always holds {stores.Sum(store => store.Options.ConnectionsAtRest)} and opens up to {most}: max_connections of PostgreSQL is to be at least {most + Spare}, more where other processes use it too";
    }

    /// <summary>Opens what the process will hold; the pools keep it.</summary>
    private static async Task HoldAtOnceAsync(List<EventStore> stores, CancellationToken cancellationToken)
    {
        var opening = stores
            .SelectMany(store => Enumerable.Repeat(store.DataSource, store.Options.ConnectionsAtRest))
            .Select(source => source.OpenConnectionAsync(cancellationToken).AsTask())
            .ToList();
        try
        {
            await Task.WhenAll(opening);
        }
        finally
        {
            foreach (var opened in opening.Where(task => task.IsCompletedSuccessfully))
            {
                await (await opened).DisposeAsync();
            }
        }
    }

    private static async Task WarnOfTooFewAsync(
        List<EventStore> stores,
        DatabaseWait wait,
        Action<string> report,
        CancellationToken cancellationToken
    )
    {
        await using var command = stores[0]
            .DataSource.CreateCommand(
                """
                select least(
                    current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int,
                    nullif(r.rolconnlimit, -1), nullif(d.datconnlimit, -1))
                from pg_roles r, pg_database d where r.rolname = current_user and d.datname = current_database()
                """
            );
        var allowed = await command.ExecuteScalarAsync(cancellationToken) as int?;
        if (allowed < stores.Sum(store => store.Options.MaxPoolSize))
        {
            report($"{wait.Server} allows {allowed} connections, which is too few under load. {Needs(stores)}.");
        }
    }
}
