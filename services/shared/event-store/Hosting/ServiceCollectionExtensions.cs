using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Platform.EventStore;

/// <summary>Registers event stores.</summary>
public static class ServiceCollectionExtensions
{
    /// <summary>
    /// Registers a service's store and, as hosted services in this order: its migration (waits for the database), its
    /// asynchronous projections and its subscriptions, which run from when the whole host has started until it begins to
    /// stop. Adds the health checks <c>database-{schema}</c> and <c>followers-{schema}</c>. Reads <see cref="DatabaseOptions"/> from the container.
    /// </summary>
    /// <param name="create">Makes the derived store, as in <c>(options, source) => new JobsStore(options, source)</c>.</param>
    public static IServiceCollection AddEventStore<TStore>(
        this IServiceCollection services,
        EventStoreOptions options,
        Func<EventStoreOptions, Npgsql.NpgsqlDataSource, TStore> create
    )
        where TStore : EventStore
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(create);
        services.AddSingleton(provider =>
        {
            options.Clock = provider.GetService<TimeProvider>() ?? options.Clock;
            var database = provider.GetRequiredService<IOptions<DatabaseOptions>>().Value;
            return create(options, EventStoreDataSource.Create(database.ConnectionString, options));
        });
        services.AddSingleton<EventStore>(provider => provider.GetRequiredService<TStore>());
        services.AddSingleton(provider => new MigrationHost(
            provider.GetRequiredService<TStore>(),
            provider.GetRequiredService<ILogger<MigrationHost>>()
        ));
        services.AddSingleton<IHostedService>(provider =>
            provider.GetServices<MigrationHost>().Single(migration => migration.Store is TStore)
        );
        services.AddSingleton<IHostedService>(provider => new FollowerHost(
            provider.GetRequiredService<TStore>(),
            provider,
            provider.GetRequiredService<ILoggerFactory>()
        ));
        services
            .AddHealthChecks()
            .Add(
                new HealthCheckRegistration(
                    $"database-{options.Schema}",
                    provider => new DatabaseHealthCheck(provider.GetRequiredService<TStore>()),
                    failureStatus: null,
                    tags: ["database"]
                )
            )
            .Add(
                new HealthCheckRegistration(
                    $"followers-{options.Schema}",
                    provider => new FollowerHealthCheck(provider.GetRequiredService<TStore>()),
                    failureStatus: HealthStatus.Degraded,
                    tags: ["followers"]
                )
            );
        return services;
    }
}
