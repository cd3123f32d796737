namespace Platform.Contracts.Nodes;

/// <summary>An agent's heartbeat, every 5 s. Also the body of <c>POST /api/nodes/heartbeat</c>.</summary>
public sealed record NodeHeartbeat
{
    public required Guid NodeId { get; init; }
    public required DateTimeOffset At { get; init; }
    public required NodeInventory Inventory { get; init; }
    public NodeUsage? Usage { get; init; }

    /// <summary>
    /// Which agent this is: the same after its restart, another for one that runs on a copy of its identity. While one of them
    /// heartbeats the other is refused. Null when it does not say.
    /// </summary>
    public string? Agent { get; init; }

    /// <summary>The attempts the agent holds; those without a lease are told to stop.</summary>
    public IReadOnlyList<HeldAttempt> Attempts { get; init; } = [];
}

/// <summary>An attempt that an agent has in its journal and has not finished reporting.</summary>
public sealed record HeldAttempt
{
    public required Guid JobId { get; init; }
    public required int Attempt { get; init; }
}

/// <summary>What a machine has.</summary>
public sealed record NodeInventory
{
    public required string Hostname { get; init; }
    public required string Os { get; init; }
    public required string AgentVersion { get; init; }
    public required double Cpus { get; init; }
    public required int MemoryMiB { get; init; }
    public IReadOnlyList<GpuInfo> Gpus { get; init; } = [];

    /// <summary>Why there is no GPU to offer, for people; null when there is one.</summary>
    public string? GpuReason { get; init; }
    public IReadOnlyDictionary<string, string> Labels { get; init; } =
        new Dictionary<string, string>(StringComparer.Ordinal);
}

/// <summary>One GPU.</summary>
public sealed record GpuInfo
{
    public required int Index { get; init; }
    public required string Uuid { get; init; }
    public required string Name { get; init; }
    public required int MemoryMiB { get; init; }
}

/// <summary>How busy a machine is now.</summary>
public sealed record NodeUsage
{
    /// <summary>0 to 1, over all CPUs, since the last heartbeat.</summary>
    public required double Cpu { get; init; }
    public required int MemoryUsedMiB { get; init; }
    public required long DiskFreeMiB { get; init; }
    public IReadOnlyList<GpuUsage> Gpus { get; init; } = [];
}

/// <summary>How busy one GPU is now.</summary>
public sealed record GpuUsage
{
    public required int Index { get; init; }

    /// <summary>0 to 1.</summary>
    public required double Utilization { get; init; }
    public required int MemoryUsedMiB { get; init; }
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

    /// <summary>As <see cref="NodeHeartbeat.Agent"/>.</summary>
    public string? Agent { get; init; }
}

/// <summary>The answer to a join.</summary>
public sealed record JoinResponse
{
    public required Guid NodeId { get; init; }

    /// <summary>What the agent presents from now on.</summary>
    public required string NodeToken { get; init; }

    /// <summary>The broker's address for agents (<c>amqp://…</c>); null where the agent shares the process.</summary>
    public string? Broker { get; init; }

    /// <summary>Seconds between heartbeats.</summary>
    public required double HeartbeatSeconds { get; init; }
}
