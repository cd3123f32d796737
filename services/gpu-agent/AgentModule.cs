using MassTransit;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Platform.GpuAgent.Attempts;
using Platform.GpuAgent.Commands;
using Platform.GpuAgent.Inventory;
using Platform.GpuAgent.Limits;
using Platform.GpuAgent.Membership;
using Platform.GpuAgent.Outputs;
using Platform.GpuAgent.Phases;
using Platform.GpuAgent.Processes;
using Platform.GpuAgent.Server;
using Platform.GpuAgent.Staging;
using Platform.GpuAgent.State;
using Platform.GpuAgent.Tracking;
using Platform.Messaging;
using Platform.ServiceDefaults;

namespace Platform.GpuAgent;

/// <summary>The agent as a module: alone in its process, or inside standalone.</summary>
public static class AgentModule
{
    /// <summary>The name of the state folder among the watched ones.</summary>
    internal const string DiskFolder = "agent";

    private const long MiB = 1024 * 1024;

    /// <summary>
    /// Adds the agent. It needs the bus (<see cref="ConfigureBus"/>), and joins on its own once the host runs.
    /// </summary>
    public static void AddAgent(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        services.AddSettings<AgentOptions>("Agent");
        services.TryAddSingleton(provider =>
            StateFolder.Open(provider.GetRequiredService<IOptions<AgentOptions>>().Value.StateFolder)
        );
        // Its node takes no new job while it is full; the rest of the platform goes on.
        services.AddWatchedFolder(
            DiskFolder,
            provider => provider.GetRequiredService<IOptions<AgentOptions>>().Value.StateFolder,
            isShared: false
        );
        services.TryAddSingleton(provider => new JobLimits(
            provider.GetRequiredService<IOptions<AgentOptions>>(),
            provider.GetRequiredService<StateFolder>()
        ));
        services.AddSingleton(provider => new Shims(provider.GetRequiredService<StateFolder>().Shim));
        services.AddSingleton<PlatformHttp>();
        services.AddSingleton<JobsClient>();
        services.AddSingleton<ArtifactClient>();
        services.AddSingleton<Machine>();
        services.AddSingleton<NodeMembership>();
        services.AddSingleton<BrokerCredentials>();
        services.AddSingleton<IBrokerCredentials>(provider => provider.GetRequiredService<BrokerCredentials>());
        services.AddSingleton<BrokerAccessRenewal>();
        services.AddSingleton<SendHeartbeats>();
        services.AddSingleton(provider => new BlobCache(
            provider.GetRequiredService<StateFolder>(),
            provider.GetRequiredService<IOptions<AgentOptions>>().Value.CacheMiB * MiB
        ));
        services.AddSingleton<WorkFolder>();
        services.AddSingleton<BlobUpload>();
        services.AddSingleton<KeepOutputs>();
        services.AddSingleton<Reports>();
        services.AddSingleton<AttemptServices>();
        services.AddSingleton<AttemptRegistry>();
        services.AddSingleton<ReplaySpools>();
        services.AddHostedService<AgentService>();
    }

    /// <summary>Adds what the agent reads from its queue.</summary>
    public static void ConfigureBus(IBusRegistrationConfigurator bus)
    {
        ArgumentNullException.ThrowIfNull(bus);
        bus.AddQueueConsumer<ReceiveStartProcess>();
        bus.AddQueueConsumer<ReceiveStopProcess>();
        bus.AddQueueConsumer<ReceiveReportRecorded>();
    }
}
