using Platform.Messaging;
using Platform.ServiceDefaults;
using Platform.Tracking;

var builder = PlatformService.CreateBuilder(args, "tracking");
builder.AddTracking();
builder.Services.AddPlatformMessaging(
    builder.Configuration.GetSection("Messaging").Get<MessagingOptions>() ?? new(),
    TrackingModule.ConfigureBus
);

var app = builder.Build();
app.UsePlatformDefaults();
app.MapTracking();
return await app.RunPlatformAsync();
