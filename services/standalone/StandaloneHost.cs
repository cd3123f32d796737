using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Hosting.Systemd;
using Platform.EventStore;
using Platform.LocalServers;
using Platform.ServiceDefaults;

namespace Platform.Standalone;

/// <summary>
/// Runs the composed platform: announces when it is ready, restarts its database, ends on a stop signal.
/// </summary>
internal static class StandaloneHost
{
    /// <summary>Longer than an agent's grace period for its trainings.</summary>
    private static readonly TimeSpan _shutdownLimit = TimeSpan.FromSeconds(60);

    /// <summary>How long it may take to become ready until it is said what is missing.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);

    public static void AddStandalone(this WebApplicationBuilder builder, StandaloneEnvironment environment)
    {
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = _shutdownLimit);
        // systemd is told below when it is ready, which is later than when it has started.
        builder.Services.RemoveAll<IHostLifetime>();
        builder.Services.AddSingleton<IHostLifetime, ConsoleLifetime>();
        builder.Services.AddHostedService(services => new LogRotation(
            environment.LogsOfOthers,
            services.GetRequiredService<ILogger<LogRotation>>()
        ));
        builder.Services.AddWatchedFolder("data", _ => environment.Data.PathOf("."));
        if (environment.Postgres is { } postgres)
        {
            builder.Services.AddWatchedFolder("database", _ => environment.Data.PathOf("postgres"));
            builder.Services.AddHostedService(services => new PostgresKeeper(
                postgres,
                services.GetRequiredService<ILogger<PostgresKeeper>>()
            ));
        }
    }

    /// <summary>Tells whoever starts the platform what it waits for; also in the log of one in the background.</summary>
    public static void Say(string text) => Console.Error.WriteLine($"platform: {text}");

    /// <summary>Runs until it is stopped, or works on the database if that was requested.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="OperationCanceledException">It was stopped before it was ready.</exception>
    public static async Task<int> RunStandaloneAsync(
        this WebApplication app,
        StandaloneEnvironment environment,
        CancellationToken cancellationToken
    )
    {
        if (environment.Settings.Migrate)
        {
            await app.Services.MigrateDatabaseAsync(Say, cancellationToken);
            return 0;
        }

        if (environment.Settings.Rebuild is { } schemas)
        {
            return await ReadModelRebuild.RunAsync(app.Services, schemas.Split(','), cancellationToken);
        }

        app.WarnOfCertificates(Say);
        await app.Services.PrepareDatabaseAsync(Say, cancellationToken: cancellationToken);
        var isReady = false;
        var systemd = app.Services.GetService<ISystemdNotifier>();
        try
        {
            await app.StartAsync(cancellationToken);
            await WaitUntilReadyAsync(environment.Settings.LocalAddress, cancellationToken);
            RunningPlatform.Announce(
                environment.Data,
                environment.Settings.LocalAddress,
                LocalProcess.Find(Environment.ProcessId)!
            );
            Console.WriteLine($"Platform is ready at {environment.Settings.LocalAddress.AbsoluteUri.TrimEnd('/')}");
            isReady = true;
            systemd?.Notify(ServiceState.Ready);
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        }
        catch (OperationCanceledException) when (isReady && cancellationToken.IsCancellationRequested)
        {
            systemd?.Notify(ServiceState.Stopping);
            Console.WriteLine("Stopping …");
        }
        finally
        {
            RunningPlatform.Withdraw(environment.Data);
            await app.StopAsync(CancellationToken.None);
        }

        return 0;
    }

    private static async Task WaitUntilReadyAsync(Uri address, CancellationToken cancellationToken)
    {
        using var client = new HttpClient { BaseAddress = address };
        var nextWord = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                using var response = await client.GetAsync("/health/ready", cancellationToken);
                if (response.IsSuccessStatusCode)
                {
                    return;
                }

                if (nextWord.Elapsed > _patience)
                {
                    nextWord.Restart();
                    Say($"waiting to be ready: {await response.Content.ReadAsStringAsync(cancellationToken)}");
                }
            }
            catch (HttpRequestException)
            {
                // Not yet listening.
            }

            await Task.Delay(50, cancellationToken);
        }
    }
}
