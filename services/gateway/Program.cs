using Platform.Gateway;
using Platform.ServiceDefaults;

return await ProcessStart.RunAsync(
    "platform",
    async () =>
    {
        var builder = PlatformService.CreateBuilder(args, "gateway");
        if (DatabaseCommand.Matches(args))
        {
            var connection = builder.Configuration.GetConnectionString("Platform");
            return await DatabaseCommand.RunAsync(args, connection, Console.Out, Console.Error);
        }

        builder.AddGateway();
        if (MigrateCommand.Matches(args))
        {
            return await MigrateCommand.RunAsync(builder, Console.Error);
        }

        builder.AddGatewayProxy();
        builder.AddGatewayMessaging();

        await using var app = builder.Build();
        if (!await app.CheckSettingsAsync(Console.Error))
        {
            return 1;
        }

        app.WarnWithoutBroker();
        app.UsePlatformDefaults(isEdge: true, GatewayModule.UseGateway);
        app.MapGateway();
        app.MapGatewayProxy();
        return await app.RunServiceAsync();
    }
);
