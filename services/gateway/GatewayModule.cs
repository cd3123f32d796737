using System.IO.Compression;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Platform.Contracts.Services;
using Platform.EventStore;
using Platform.Gateway.Docs;
using Platform.Gateway.Projects;
using Platform.Gateway.Proxy;
using Platform.Gateway.Security;
using Platform.Gateway.Tokens;
using Platform.Gateway.Users;
using Platform.Gateway.WebApp;
using Platform.Messaging;
using Platform.ServiceDefaults;
using Yarp.ReverseProxy.Transforms;

namespace Platform.Gateway;

/// <summary>
/// The one origin that people and agents talk to: users, tokens, projects, health, documentation, the web app, and in front of separate
/// services the proxy.
/// </summary>
public static partial class GatewayModule
{
    internal const string ServiceClient = "gateway-services";

    /// <summary>Registers who may come in, users, tokens, projects and the pages; enough where the services' endpoints are mapped in this process.</summary>
    public static void AddGateway(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        services
            .AddSettings<GatewayOptions>("Gateway")
            .Validate(
                options => GatewayOptions.IsPathBase(options.PathBase),
                $"Gateway:PathBase {PathPrefix.Rule}, and none of them is a name of the platform's own, such as api or jobs."
            );
        services.AddTransient<IStartupFilter, PathBaseFilter>();
        services.AddEventStore(GatewayStore.CreateOptions(), (options, source) => new GatewayStore(options, source));
        services.AddSingleton<AccessVersion>();
        services.AddUsers();
        services.AddTokens();
        services.AddProjects();
        services.AddSingleton<Bindings>();
        services.AddSingleton<LocalPeers>();
        services.AddEdgeAuthentication();
        services.AddSingleton<ApiDescription>();
        // Only the web app's files are compressed, and a browser asks for each but once.
        services.AddResponseCompression();
        services.Configure<BrotliCompressionProviderOptions>(options => options.Level = CompressionLevel.Optimal);
    }

    /// <summary>
    /// Registers what tells the services how projects are set up. Needs the bus of the process, and is of use where services hear it.
    /// </summary>
    public static void AddGatewayAnnouncements(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddHostedService<AnnounceProjects>();
    }

    /// <summary>
    /// Registers a bus of the gateway's own, in a process without services. It is used for announcements only, so the gateway is ready
    /// without a broker too.
    /// </summary>
    public static void AddGatewayMessaging(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddPlatformMessaging(builder.ReadSettings<MessagingOptions>("Messaging"));
        builder.Services.PostConfigure<HealthCheckServiceOptions>(health =>
        {
            foreach (var bus in health.Registrations.Where(check => check.Name is "bus").ToList())
            {
                health.Registrations.Remove(bus);
            }
        });
        builder.AddGatewayAnnouncements();
    }

    /// <summary>Says so where the gateway has no broker, and the services that run elsewhere do not hear of its projects.</summary>
    public static void WarnWithoutBroker(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        if (app.Configuration.GetValue<MessageTransport>("Messaging:Transport") is MessageTransport.InMemory)
        {
            LogWithoutBroker(app.Logger);
        }
    }

    [LoggerMessage(
        1,
        LogLevel.Warning,
        "Messaging:Transport is not RabbitMq: services in other processes do not hear how long projects keep what has ended"
    )]
    private static partial void LogWithoutBroker(ILogger logger);

    /// <summary>Registers the proxy in front of services that run elsewhere.</summary>
    /// <param name="fronted">The services; null for those of <see cref="ServiceCatalog"/>.</param>
    public static void AddGatewayProxy(
        this WebApplicationBuilder builder,
        IReadOnlyList<ServiceDescription>? fronted = null
    )
    {
        ArgumentNullException.ThrowIfNull(builder);
        fronted ??= ServiceCatalog.All;
        var services = builder.Services;
        services.AddSingleton<IValidateOptions<ProxyOptions>, ProxyOptions.Validation>();
        services.AddSettingsCheck<ProxyOptions>("Gateway");
        services
            .AddOptions<ProxyOptions>()
            .Configure<IConfiguration>((options, configuration) => options.Read(fronted, configuration))
            .ValidateOnStart();
        services
            .AddReverseProxy()
            .ConfigureHttpClient(
                (cluster, handler) =>
                {
                    handler.ConnectTimeout = TimeSpan.FromSeconds(ProxyRoutes.HasReplicas(cluster) ? 2 : 5);
                    handler.Expect100ContinueTimeout = LargeBodies.Patience;
                }
            )
            .AddTransforms(transforms =>
            {
                var credentials = transforms.Services.GetRequiredService<ServiceCredentials>();
                transforms.AddRequestTransform(request =>
                {
                    request.ProxyRequest.Headers.Authorization = credentials.For(request.HttpContext.Caller());
                    LargeBodies.AskFirst(request);
                    return ValueTask.CompletedTask;
                });
                transforms.AddResponseTransform(EventStreams.OpenAsync);
            });
        services.AddSingleton<ServiceCredentials>();
        // It writes a stack trace for every request that fails; ForwarderProblems says the same in a line.
        builder.Logging.AddFilter("Yarp.ReverseProxy.Forwarder", LogLevel.None);
        services.AddSingleton<Yarp.ReverseProxy.Configuration.IProxyConfigProvider, ProxyRoutes>();
        services.AddSingleton<IServiceDescriptions, ServiceDescriptions>();
        services.AddHttpClient(ServiceClient);
        services.AddSingleton<Replicas>();
        services.AddHostedService<ProbeReplicas>();

        var health = services.AddHealthChecks();
        foreach (var service in fronted)
        {
            health.Add(
                new HealthCheckRegistration(
                    service.Name,
                    provider => ActivatorUtilities.CreateInstance<ServiceHealthCheck>(provider, service.Name),
                    HealthStatus.Unhealthy,
                    tags: [PlatformService.OtherService]
                )
            );
        }
    }

    /// <summary>What a request passes before it is asked who sends it: for <see cref="PlatformService.UsePlatformDefaults"/>.</summary>
    public static void UseGateway(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.UseMiddleware<SecurityHeaders>();
        app.UseMiddleware<BrowserGuard>();
        app.UseMiddleware<JoinLimit>();
        app.UseMiddleware<OpenStreams>();
        app.UseSwaggerUI(page =>
        {
            page.RoutePrefix = "docs";
            page.DocumentTitle = "Training platform";
            page.SwaggerEndpoint("../openapi/v1.json", "Training platform");
        });
        app.UseWebApp();
    }

    /// <summary>Maps users, tokens, projects, health and documentation.</summary>
    public static void MapGateway(this IEndpointRouteBuilder app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.MapPages();
        app.MapUsers();
        app.MapTokens();
        app.MapProjects();
    }

    /// <summary>Maps the services' routes to where they run.</summary>
    public static void MapGatewayProxy(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.MapReverseProxy(pipeline => pipeline.UseMiddleware<ForwarderProblems>().UseMiddleware<RepeatAtOthers>())
            .ConfigureEndpoints(
                (endpoint, route) =>
                {
                    if (ProxyRoutes.LimitsTries(route))
                    {
                        endpoint.LimitTries();
                    }

                    if (ProxyRoutes.HasLargeBodies(route))
                    {
                        endpoint.WithMetadata(new DisableRequestSizeLimitAttribute());
                    }
                }
            );
    }
}
