using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Platform.ServiceDefaults;

/// <summary>Registers the watch over disks.</summary>
internal static class DiskModule
{
    public static void AddDiskWatch(this IServiceCollection services)
    {
        services.AddSettings<DiskOptions>("Disk");
        services.TryAddSingleton<IDiskReader, DiskReader>();
        services.AddSingleton(provider => new DiskWatch(
            provider.GetServices<WatchedFolder>(),
            provider.GetRequiredService<IDiskReader>(),
            provider.GetRequiredService<IOptions<DiskOptions>>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<DiskWatch>>()
        ));
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<DiskWatch>());
        services.AddHealthChecks().AddCheck<DiskHealthCheck>(DiskHealthCheck.Name);
        services.AddGauges<DiskGauges>();
    }
}
