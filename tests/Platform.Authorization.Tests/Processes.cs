using System.Collections.Concurrent;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Platform.Contracts.Services;
using Platform.Gateway;
using Platform.Hosting;
using Platform.Messaging;
using Platform.ServiceDefaults;

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
    public static Task<PlatformProcess> WholeAsync(
        string[] settings,
        ConcurrentQueue<string> log,
        params IServiceModule[] more
    ) =>
        StartAsync(
            "standalone",
            settings,
            log,
            builder =>
            {
                IReadOnlyList<IServiceModule> modules = [.. ServiceModules.All(), .. more];
                builder.AddGateway();
                foreach (var module in modules)
                {
                    module.Add(builder);
                }

                builder.Services.AddPlatformMessaging(
                    new MessagingOptions(),
                    [.. modules.Select(module => (Action<IBusRegistrationConfigurator>)module.ConfigureBus)]
                );
                var app = builder.Build();
                app.UsePlatformDefaults(isEdge: true, GatewayModule.UseGateway);
                app.MapGateway();
                foreach (var module in modules)
                {
                    module.Map(app);
                }

                return app;
            }
        );

    public static Task<PlatformProcess> ServiceAsync(
        string name,
        IServiceModule module,
        string[] settings,
        ConcurrentQueue<string> log
    ) => StartAsync(name, settings, log, builder => ServiceProcess.Build(builder, module));

    public static Task<PlatformProcess> GatewayAsync(
        string[] settings,
        ConcurrentQueue<string> log,
        IReadOnlyList<ServiceDescription>? fronted = null
    ) =>
        StartAsync(
            "gateway",
            settings,
            log,
            builder =>
            {
                builder.AddGateway();
                builder.AddGatewayProxy(fronted);
                var app = builder.Build();
                app.UsePlatformDefaults(isEdge: true, GatewayModule.UseGateway);
                app.MapGateway();
                app.MapGatewayProxy();
                return app;
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
        Func<WebApplicationBuilder, WebApplication> compose
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
                var app = compose(builder);
                await app.StartAsync();
                return app;
            });
        }

        return new PlatformProcess(await starting);
    }
}
