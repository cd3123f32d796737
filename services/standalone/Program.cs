using Platform.Artifacts;
using Platform.EventStore;
using Platform.Gateway;
using Platform.GpuAgent;
using Platform.Jobs;
using Platform.LocalServers;
using Platform.Messaging;
using Platform.Nodes;
using Platform.ServiceDefaults;
using Platform.Standalone;
using Platform.Tracking;

try
{
    using var stop = new StopSignals();
    await using var environment = await StandaloneEnvironment.OpenAsync(args, stop.Token);
    var builder = PlatformService.CreateBuilder([.. args, .. environment.ModuleArguments], "standalone");
    builder.AddGateway();
    builder.AddJobs();
    builder.AddNodes();
    builder.AddArtifacts();
    builder.AddTracking();
    builder.AddAgent();
    builder.Services.AddPlatformMessaging(
        new MessagingOptions(),
        [
            JobsModule.ConfigureBus,
            NodesModule.ConfigureBus,
            ArtifactsModule.ConfigureBus,
            TrackingModule.ConfigureBus,
            AgentModule.ConfigureBus,
        ]
    );
    builder.AddStandalone(environment);

    await using var app = builder.Build();
    // A rebuild works on the database alone and is given nothing else.
    if (environment.Settings.Rebuild is null && !await app.CheckSettingsAsync(Console.Error))
    {
        return 1;
    }

    app.UsePlatformDefaults(GatewayModule.UseGateway);
    app.MapGateway();
    app.MapJobs();
    app.MapNodes();
    app.MapArtifacts();
    app.MapTracking();
    return await app.RunStandaloneAsync(environment, stop.Token);
}
catch (Exception exception) when (exception is LocalServerException or SchemaRefusedException)
{
    await Console.Error.WriteLineAsync($"platform: {exception.Message}");
    return 1;
}
