using System.Collections.Concurrent;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Platform.Artifacts;
using Platform.Gateway;
using Platform.Jobs;
using Platform.Messaging;
using Platform.Nodes;
using Platform.ServiceDefaults;
using Platform.Tracking;

namespace Platform.Authorization.Tests;

/// <summary>One process of a platform, as its <c>Program.cs</c> composes it.</summary>
internal sealed class PlatformProcess(WebApplication app) : IAsyncDisposable
{
    public Uri Address { get; } =
        new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    public IServiceProvider Services => app.Services;

    /// <summary>Everything that it maps.</summary>
    public IReadOnlyList<RouteEndpoint> Endpoints =>
        [.. ((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()];

    /// <summary>All of it in one process, as standalone is.</summary>
    public static Task<PlatformProcess> WholeAsync(string[] settings, ConcurrentQueue<string> log) =>
        StartAsync(
            "standalone",
            settings,
            log,
            builder =>
            {
                builder.AddGateway();
                builder.AddJobs();
                builder.AddNodes();
                builder.AddArtifacts();
                builder.AddTracking();
            },
            [
                JobsModule.ConfigureBus,
                NodesModule.ConfigureBus,
                ArtifactsModule.ConfigureBus,
                TrackingModule.ConfigureBus,
            ],
            app =>
            {
                app.UsePlatformDefaults(GatewayModule.UseGateway);
                app.MapGateway();
                app.MapJobs();
                app.MapNodes();
                app.MapArtifacts();
                app.MapTracking();
            }
        );

    public static Task<PlatformProcess> ServiceAsync(string name, string[] settings, ConcurrentQueue<string> log) =>
        name switch
        {
            "jobs" => StartAsync(name, settings, log, b => b.AddJobs(), [JobsModule.ConfigureBus], a => a.MapJobs()),
            "nodes" => StartAsync(
                name,
                settings,
                log,
                b => b.AddNodes(),
                [NodesModule.ConfigureBus],
                a => a.MapNodes()
            ),
            "artifacts" => StartAsync(
                name,
                settings,
                log,
                b => b.AddArtifacts(),
                [ArtifactsModule.ConfigureBus],
                a => a.MapArtifacts()
            ),
            "tracking" => StartAsync(
                name,
                settings,
                log,
                b => b.AddTracking(),
                [TrackingModule.ConfigureBus],
                a => a.MapTracking()
            ),
            _ => throw new ArgumentOutOfRangeException(nameof(name), name, "There is no such service."),
        };

    public static Task<PlatformProcess> GatewayAsync(string[] settings, ConcurrentQueue<string> log) =>
        StartAsync(
            "gateway",
            settings,
            log,
            builder =>
            {
                builder.AddGateway();
                builder.AddGatewayProxy();
            },
            [],
            app =>
            {
                app.UsePlatformDefaults(GatewayModule.UseGateway);
                app.MapGateway();
                app.MapGatewayProxy();
            }
        );

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
    }

    private static async Task<PlatformProcess> StartAsync(
        string name,
        string[] settings,
        ConcurrentQueue<string> log,
        Action<WebApplicationBuilder> add,
        Action<IBusRegistrationConfigurator>[] modules,
        Action<WebApplication> map
    )
    {
        // The bus leaves its logger in the asynchronous context of whoever starts it.
        Task<WebApplication> starting;
        using (ExecutionContext.SuppressFlow())
        {
            starting = Task.Run(async () =>
            {
                var builder = PlatformService.CreateBuilder(settings, name);
                builder.Logging.AddProvider(new WorldLog(log));
                add(builder);
                if (modules.Length > 0)
                {
                    builder.Services.AddPlatformMessaging(new MessagingOptions(), modules);
                }

                var app = builder.Build();
                if (name is not ("standalone" or "gateway"))
                {
                    app.UsePlatformDefaults();
                }

                map(app);
                await app.StartAsync();
                return app;
            });
        }

        return new PlatformProcess(await starting);
    }
}
