using Platform.Messaging;
using Platform.Nodes;
using Platform.ServiceDefaults;

var builder = PlatformService.CreateBuilder(args, "nodes");
builder.AddNodes();
builder.Services.AddPlatformMessaging(
    builder.Configuration.GetSection("Messaging").Get<MessagingOptions>() ?? new MessagingOptions(),
    NodesModule.ConfigureBus
);

var app = builder.Build();
app.UsePlatformDefaults();
app.MapNodes();
return await app.RunPlatformAsync();
