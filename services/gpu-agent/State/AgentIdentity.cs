namespace Platform.GpuAgent.State;

/// <summary>
/// This node's identity (<c>identity.json</c>). The agent chooses the id before it joins, so repeated joins make one
/// node.
/// </summary>
internal sealed record AgentIdentity
{
    public required Guid NodeId { get; init; }

    /// <summary>Authenticates the agent; null before it has joined.</summary>
    public string? NodeToken { get; init; }

    /// <summary>The broker that the platform returned.</summary>
    public string? Broker { get; init; }

    /// <summary>Seconds between heartbeats, as the platform requested.</summary>
    public double HeartbeatSeconds { get; init; } = 4;
}
