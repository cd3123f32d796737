using System.Runtime.InteropServices;
using MassTransit;
using Platform.Gateway;
using Platform.GpuAgent;
using Platform.Hosting;
using Platform.LocalServers;
using Platform.Messaging;
using Platform.ServiceDefaults;
using Platform.Standalone;

// From the start: also while the database is being created.
using var stop = new StopSignals(PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP);
return await ProcessStart.RunAsync("platform", RunAsync);

async Task<int> RunAsync()
{
    try
    {
        await using var environment = await StandaloneEnvironment.OpenAsync(args, stop.Token);
        var builder = PlatformService.CreateBuilder([.. args, .. environment.ModuleArguments], "standalone");
        builder.AddGateway();
        var services = ServiceModules.All();
        foreach (var service in services)
        {
            service.Add(builder);
        }

        builder.AddAgent();
        builder.Services.AddPlatformMessaging(
            new MessagingOptions(),
            [
                .. services.Select(service => (Action<IBusRegistrationConfigurator>)service.ConfigureBus),
                AgentModule.ConfigureBus,
            ]
        );
        builder.AddGatewayAnnouncements();
        builder.AddStandalone(environment);

        await using var app = builder.Build();
        // Work on the database alone is given nothing else.
        if (!environment.Settings.WorksOnDatabaseOnly && !await app.CheckSettingsAsync(Console.Error))
        {
            return 1;
        }

        app.UsePlatformDefaults(isEdge: true, GatewayModule.UseGateway);
        app.MapGateway();
        foreach (var service in services)
        {
            service.Map(app);
        }

        return await app.RunStandaloneAsync(environment, stop.Token);
    }
    catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
    {
        // While it started; whoever stops a running platform is told by the host.
        await Console.Error.WriteLineAsync("platform: stopped before it was ready");
        return stop.ExitCode!.Value;
    }
    catch (LocalServerException exception)
    {
        StandaloneHost.Say(exception.Message);
        return 1;
    }
}
