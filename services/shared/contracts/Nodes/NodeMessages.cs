using Platform.Contracts.Sentences;

namespace Platform.Contracts.Nodes;

/// <summary>An agent's heartbeat, every 5 s. Also the body of <c>POST /api/nodes/heartbeat</c>.</summary>
public sealed record NodeHeartbeat
{
    public required Guid NodeId { get; init; }
    public required DateTimeOffset At { get; init; }
    public required NodeInventory Inventory { get; init; }
    public NodeUsage? Usage { get; init; }

    /// <summary>
    /// Identifies the agent: unchanged by a restart, different for an agent on a copy of the identity. While one of
    /// them sends heartbeats, the other is refused. Null for agents that do not send it.
    /// </summary>
    public string? Agent { get; init; }

    /// <summary>The attempts the agent holds; those without a lease are stopped.</summary>
    public IReadOnlyList<HeldAttempt> Attempts { get; init; } = [];
}

/// <summary>An attempt that an agent has in its journal and has not finished reporting.</summary>
public sealed record HeldAttempt
{
    public required Guid JobId { get; init; }
    public required int Attempt { get; init; }

    /// <summary>The process of a distributed job; 0 for a job of one process.</summary>
    public int Rank { get; init; }
}

/// <summary>The hardware and labels of a machine.</summary>
public sealed record NodeInventory
{
    public required string Hostname { get; init; }
    public required string Os { get; init; }
    public required string AgentVersion { get; init; }
    public required double Cpus { get; init; }
    public required int MemoryMiB { get; init; }
    public IReadOnlyList<GpuInfo> Gpus { get; init; } = [];

    /// <summary>Why no GPU is available, as a text for users; null when there is one.</summary>
    public string? GpuReason { get; init; }

    /// <summary>The same for other languages; null from agents of release 0.1.0.</summary>
    public SentenceCode? GpuReasonCode { get; init; }

    /// <summary>
    /// One of <see cref="NodeLimits"/>: whether a job can use no more CPUs and memory than it asked for; null from agents of release
    /// 0.1.0, which set no limits.
    /// </summary>
    public string? Limits { get; init; }
    public IReadOnlyDictionary<string, string> Labels { get; init; } =
        new Dictionary<string, string>(StringComparer.Ordinal);
}

/// <summary>Whether a node limits jobs to the CPUs and memory that they asked for, and why not: a closed list.</summary>
public static class NodeLimits
{
    /// <summary>They are limits.</summary>
    public const string Enforced = "enforced";

    /// <summary>The agent's options say that they are not.</summary>
    public const string Off = "off";

    /// <summary>The machine has no control groups for CPUs and memory, or the agent's group has none.</summary>
    public const string NoControllers = "no_controllers";

    /// <summary>The agent's user may not make control groups.</summary>
    public const string NotPermitted = "not_permitted";

    /// <summary>The agent shares its control group with processes that it did not start.</summary>
    public const string SharedGroup = "shared_group";
}

/// <summary>One GPU.</summary>
public sealed record GpuInfo
{
    public required int Index { get; init; }
    public required string Uuid { get; init; }
    public required string Name { get; init; }

    /// <summary>Null when the driver does not tell it.</summary>
    public required int? MemoryMiB { get; init; }
}

/// <summary>The current usage of a machine.</summary>
public sealed record NodeUsage
{
    /// <summary>0 to 1, over all CPUs, since the last heartbeat.</summary>
    public required double Cpu { get; init; }
    public required int MemoryUsedMiB { get; init; }
    public required long DiskFreeMiB { get; init; }

    /// <summary>How much of the disk of its state folder is used, in whole percent; null from older agents.</summary>
    public int? DiskUsedPercent { get; init; }

    /// <summary>Whether that disk is so full that the node takes no new jobs.</summary>
    public bool IsDiskFull { get; init; }
    public IReadOnlyList<GpuUsage> Gpus { get; init; } = [];
}

/// <summary>The current usage of one GPU.</summary>
public sealed record GpuUsage
{
    public required int Index { get; init; }

    /// <summary>0 to 1; null, like the others, where the driver does not tell.</summary>
    public double? Utilization { get; init; }
    public int? MemoryUsedMiB { get; init; }
    public int? TemperatureCelsius { get; init; }
    public double? PowerWatts { get; init; }
}

/// <summary>The body of <c>POST /api/nodes/join</c>. The agent chooses its id, so that a repeat joins once.</summary>
public sealed record JoinRequest
{
    public required Guid NodeId { get; init; }
    public required string Name { get; init; }
    public required string Token { get; init; }
    public required NodeInventory Inventory { get; init; }

    /// <summary>See <see cref="NodeHeartbeat.Agent"/>.</summary>
    public string? Agent { get; init; }
}

/// <summary>The answer to a join.</summary>
public sealed record JoinResponse
{
    public required Guid NodeId { get; init; }

    /// <summary>The token that the agent uses from now on.</summary>
    public required string NodeToken { get; init; }

    /// <summary>
    /// The broker's address for this agent (<c>amqp://…</c>), with its own user and password where agents have their own; null where
    /// the agent shares the process.
    /// </summary>
    public string? Broker { get; init; }

    /// <summary>Seconds between heartbeats.</summary>
    public required double HeartbeatSeconds { get; init; }
}

/// <summary>The answer to <c>POST /api/nodes/{id}/broker-user</c>.</summary>
/// <param name="Broker">As in <see cref="JoinResponse.Broker"/>.</param>
public sealed record BrokerAccess(string? Broker);
