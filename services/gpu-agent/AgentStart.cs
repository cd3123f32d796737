using Microsoft.Extensions.Options;
using Platform.GpuAgent.Inventory;
using Platform.GpuAgent.Limits;
using Platform.GpuAgent.Membership;
using Platform.GpuAgent.Server;
using Platform.GpuAgent.State;
using Platform.Messaging;
using Platform.ServiceDefaults;

namespace Platform.GpuAgent;

/// <summary>
/// What a stand-alone agent process does before its host is built: it locks its folder and joins, since only the
/// platform knows the broker. A node that has joined before also starts while the platform is unavailable.
/// </summary>
internal static class AgentStart
{
    public const string Help = """
        Runs trainings on this machine for a platform.

        Usage: Platform.GpuAgent --Agent:Server=URL --Agent:JoinToken=TOKEN [--Agent:KEY=VALUE ...]

        Each key can also be set as an environment variable (Agent__Server) or in appsettings.json.

          Server             the platform's address, such as http://10.0.0.1:5080 (required)
          JoinToken          lets this node join; a node that has joined does not need it again
          StateFolder        identity, journal, work folders and cache; one agent per folder
          Name               the name shown to users (the host's name)
          Labels:KEY         a label that jobs can request, as --Agent:Labels:zone=lab
          Cpus, MemoryMiB    offer less than the machine has
          EnforceLimits      false: jobs may use more CPUs and memory than they asked for (true)
          Broker             the broker's address, when it differs from the one that the platform returns
          HeartbeatSeconds   seconds between heartbeats (the platform's value)
          GraceSeconds       seconds between SIGTERM and SIGKILL (8)
          OnStop             Keep: trainings continue while the agent is stopped; Stop: they are stopped (Keep)
          MaxDiskMiB         the most a work folder may take (no limit)
          WorkRetentionHours how long the work folder of a failed attempt is kept (24)
          CacheMiB           the most the cache of inputs may take (20480)
          SpoolMiB           the most output kept while the platform is unavailable (1024)
          PassEnvironment    variables of this environment that trainings get besides PATH, HOME, LANG, USER
        """;

    /// <summary>Checks all settings, before the agent joins with some of them; the host that is then built depends on the answer.</summary>
    /// <returns>False when some are wrong, which was printed.</returns>
    public static async Task<bool> CheckSettingsAsync(string[] args)
    {
        var builder = PlatformService.CreateBuilder(args, "agent");
        builder.Services.AddSettings<AgentOptions>("Agent");
        _ = builder.ReadSettings<MessagingOptions>("Messaging");
        await using var app = builder.Build();
        return await app.CheckSettingsAsync(Console.Error, "agent");
    }

    /// <returns>How to reach the bus; null when the agent cannot start, after the reason was printed.</returns>
    public static async Task<MessagingOptions?> JoinAsync(WebApplicationBuilder builder)
    {
        var options = builder.Configuration.GetSection("Agent").Get<AgentOptions>() ?? new AgentOptions();
        StateFolder state;
        try
        {
            state = StateFolder.Open(options.StateFolder);
        }
        catch (StateFolderInUseException exception)
        {
            return Refuse(exception.Message);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Refuse(
                $"The state folder {options.StateFolder} cannot be used: {exception.Message} Choose another with Agent:StateFolder, or run the agent as the folder's owner."
            );
        }

        builder.Services.AddSingleton(state);
        var limits = new JobLimits(Options.Create(options), state);
        builder.Services.AddSingleton(limits);
        if (!await JoinAsync(Options.Create(options), state, limits))
        {
            return null;
        }

        var messaging = builder.Configuration.GetSection("Messaging").Get<MessagingOptions>() ?? new MessagingOptions();
        messaging.Transport = MessageTransport.RabbitMq;
        messaging.RabbitMq = options.Broker ?? state.Identity.Broker ?? messaging.RabbitMq;
        return messaging.RabbitMq is null
            ? Refuse(
                "The platform returned no broker for agents: set Agent:Broker here, or Nodes:AgentBroker on the platform."
            )
            : messaging;
    }

    private static async Task<bool> JoinAsync(IOptions<AgentOptions> options, StateFolder state, JobLimits limits)
    {
        using var http = new PlatformHttp(options, state);
        var membership = new NodeMembership(options, state, http, new Machine(options, state, limits));
        var isMember = state.Identity.NodeToken is not null;
        if (isMember && options.Value.JoinToken is null)
        {
            return true;
        }

        string? lastReason = null;
        try
        {
            await Retry.WhileAsync(
                exception => exception is PlatformUnavailableException && !isMember,
                membership.JoinAsync,
                exception =>
                {
                    if (!string.Equals(lastReason, exception.Message, StringComparison.Ordinal))
                    {
                        lastReason = exception.Message;
                        Console.Error.WriteLine($"agent: waiting for {options.Value.Server}: {lastReason}");
                    }
                },
                CancellationToken.None
            );
            return true;
        }
        catch (JoinRefusedException exception)
        {
            // A member's join token may have expired; its first heartbeat shows whether the node is still known.
            return isMember || Refuse(exception.Message) is not null;
        }
        catch (PlatformUnavailableException)
        {
            // A member can start without joining again.
            return true;
        }
    }

    private static MessagingOptions? Refuse(string reason)
    {
        Console.Error.WriteLine($"agent: {reason}");
        return null;
    }
}
