using Platform.Artifacts;
using Platform.Messaging;
using Platform.ServiceDefaults;

var builder = PlatformService.CreateBuilder(args, "artifacts");
builder.AddArtifacts();
builder.Services.AddPlatformMessaging(
    builder.Configuration.GetSection("Messaging").Get<MessagingOptions>() ?? new MessagingOptions(),
    ArtifactsModule.ConfigureBus
);

var app = builder.Build();
app.UsePlatformDefaults();
app.MapArtifacts();
return await app.RunPlatformAsync();
