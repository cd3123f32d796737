using Microsoft.AspNetCore.Builder;
using Platform.Messaging;
using Platform.ServiceDefaults;

namespace Platform.Hosting;

/// <summary>A process that runs one service.</summary>
public static class ServiceProcess
{
    /// <summary>
    /// Runs a service until it is stopped, or only its migrations (<see cref="MigrateCommand"/>); its settings come from the command
    /// line and the environment.
    /// </summary>
    /// <param name="name">Its name in the catalog.</param>
    /// <returns>The process's exit code.</returns>
    public static Task<int> RunAsync(string name, IServiceModule module, string[] args)
    {
        ArgumentNullException.ThrowIfNull(module);
        return ProcessStart.RunAsync("platform", () => StartAsync(name, module, args));
    }

    /// <summary>Composes the process, without starting it.</summary>
    public static WebApplication Build(WebApplicationBuilder builder, IServiceModule module)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(module);
        var app = Compose(builder, module);
        Map(app, module);
        return app;
    }

    private static WebApplication Compose(WebApplicationBuilder builder, IServiceModule module)
    {
        module.Add(builder);
        builder.Services.AddPlatformMessaging(builder.ReadSettings<MessagingOptions>("Messaging"), module.ConfigureBus);
        return builder.Build();
    }

    private static void Map(WebApplication app, IServiceModule module)
    {
        app.UsePlatformDefaults(isEdge: false);
        module.Map(app);
    }

    private static async Task<int> StartAsync(string name, IServiceModule module, string[] args)
    {
        var builder = PlatformService.CreateBuilder(args, name);
        if (MigrateCommand.Matches(args))
        {
            module.Add(builder);
            return await MigrateCommand.RunAsync(builder, Console.Error);
        }

        await using var app = Compose(builder, module);
        // What is mapped may already use them.
        if (!await app.CheckSettingsAsync(Console.Error))
        {
            return 1;
        }

        Map(app, module);
        return await app.RunServiceAsync();
    }
}
