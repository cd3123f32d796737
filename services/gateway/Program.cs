using Platform.Gateway;
using Platform.Gateway.Tokens;
using Platform.ServiceDefaults;

var builder = PlatformService.CreateBuilder(args, "gateway");
if (TokensCommand.Matches(args))
{
    var connection = builder.Configuration.GetConnectionString("Platform");
    return await TokensCommand.RunAsync(args, connection, Console.Out, Console.Error);
}

builder.AddGateway();
builder.AddGatewayProxy();

var app = builder.Build();
if (!await app.CheckSettingsAsync(Console.Error))
{
    return 1;
}

app.UsePlatformDefaults(GatewayModule.UseGateway);
app.MapGateway();
app.MapGatewayProxy();
return await app.RunServiceAsync();
