using Platform.Jobs;
using Platform.Messaging;
using Platform.ServiceDefaults;

var builder = PlatformService.CreateBuilder(args, "jobs");
builder.AddJobs();
builder.Services.AddPlatformMessaging(
    builder.Configuration.GetSection("Messaging").Get<MessagingOptions>() ?? new MessagingOptions(),
    JobsModule.ConfigureBus
);

var app = builder.Build();
app.UsePlatformDefaults();
app.MapJobs();
return await app.RunPlatformAsync();
