using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;

namespace Platform.ServiceDefaults;

/// <summary>What a process does that systemd started (<c>infra/systemd</c>): it says when it is ready, that it lives, and when it stops.</summary>
internal static class SystemdService
{
    /// <summary>Adds that, and the credentials of <c>LoadCredential=</c> as settings: <c>Platform__TokenKey</c> is <c>Platform:TokenKey</c>.</summary>
    public static void AddSystemdService(this WebApplicationBuilder builder)
    {
        builder.Configuration.AddCredentials();
        // Not AddSystemd: that looks for systemd as the parent, which is not one in a container.
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NOTIFY_SOCKET")))
        {
            return;
        }

        builder.Services.AddSingleton<ISystemdNotifier, SystemdNotifier>();
        builder.Services.AddSingleton<IHostLifetime, SystemdLifetime>();
        if (SystemdWatchdog.Interval() is not null)
        {
            builder.Services.AddHostedService<SystemdWatchdog>();
        }
    }
}
