namespace Platform.GpuAgent.Membership;

/// <summary>Who this node is (<c>identity.json</c>). The agent chooses the id before it joins, so that a repeated join joins once.</summary>
internal sealed record AgentIdentity
{
    public required Guid NodeId { get; init; }

    /// <summary>What the agent presents; null before it has joined.</summary>
    public string? NodeToken { get; init; }

    /// <summary>The broker that the platform named.</summary>
    public string? Broker { get; init; }

    /// <summary>Seconds between heartbeats that the platform asked for.</summary>
    public double HeartbeatSeconds { get; init; } = 4;
}
