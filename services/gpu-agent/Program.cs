using Platform.GpuAgent;
using Platform.Messaging;
using Platform.ServiceDefaults;

if (args is ["--help" or "-h" or "help"])
{
    Console.WriteLine(AgentStart.Help);
    return 0;
}

return await ProcessStart.RunAsync(
    "agent",
    async () =>
    {
        var builder = PlatformService.CreateBuilder(args, "agent");
        builder.AddAgent();
        if (string.IsNullOrEmpty(builder.Configuration["urls"]))
        {
            // Health only; several agents may share a machine.
            builder.WebHost.UseUrls("http://127.0.0.1:0");
        }

        if (!await AgentStart.CheckSettingsAsync(args) || await AgentStart.JoinAsync(builder) is not { } messaging)
        {
            return 1;
        }

        builder.Services.AddPlatformMessaging(messaging, AgentModule.ConfigureBus);
        await using var app = builder.Build();
        app.UsePlatformDefaults(isEdge: false);
        return await app.RunServiceAsync("agent");
    }
);
