using System.ComponentModel.DataAnnotations;

namespace Platform.Nodes;

/// <summary>Settings of nodes: joining, heartbeats and scheduling (configuration section <c>Nodes</c>).</summary>
public sealed class NodesOptions
{
    /// <summary>A join token that is accepted besides those created over the API; none when empty.</summary>
    public string? JoinToken { get; set; }

    /// <summary>
    /// The broker's address handed to agents that join; null where the agent shares the process. Where each agent has a broker user
    /// of its own (<see cref="Messaging.MessagingOptions.Management"/>), that user replaces the one in it, and it may be left out
    /// when agents reach the broker at the services' address.
    /// </summary>
    public string? AgentBroker { get; set; }

    /// <summary>
    /// Seconds between an agent's heartbeats. With the default of <see cref="MissedHeartbeats"/> a job whose node
    /// failed is placed again within 15 s of the last heartbeat.
    /// </summary>
    [Range(0.05, 3600)]
    public double HeartbeatSeconds { get; set; } = 4;

    /// <summary>A node is offline once it has missed this many heartbeats.</summary>
    [Range(1, 100)]
    public int MissedHeartbeats { get; set; } = 3;

    /// <summary>
    /// The same right after the service started or stood still, when agents have yet to connect again: on a busy machine that starts
    /// everything at once this takes longer than a few heartbeats, and no training should be lost by it. It never counts less than
    /// <see cref="MissedHeartbeats"/>.
    /// </summary>
    [Range(1, 1000)]
    public int MissedHeartbeatsAfterStart { get; set; } = 10;

    /// <summary>
    /// Seconds between polls: the longest delay until a request or a silent node is noticed without a signal.
    /// </summary>
    [Range(0.02, 60)]
    public double PollSeconds { get; set; } = 2;

    /// <summary>Seconds between published waiting reasons of one job; the first is published immediately.</summary>
    [Range(0, 3600)]
    public double ReasonSeconds { get; set; } = 5;

    /// <summary>How long telemetry is kept.</summary>
    [Range(1, 24 * 366)]
    public int TelemetryRetentionHours { get; set; } = 72;

    /// <summary>How long a node's token is valid; an agent gets a new one each time it joins.</summary>
    [Range(1, 3660)]
    public int NodeTokenDays { get; set; } = 365;

    /// <summary>The silence after which a node is offline.</summary>
    internal TimeSpan OfflineAfter => TimeSpan.FromSeconds(HeartbeatSeconds * MissedHeartbeats);

    /// <summary>How long after a start or a stall no node becomes offline.</summary>
    internal TimeSpan GraceAfterStart =>
        TimeSpan.FromSeconds(HeartbeatSeconds * Math.Max(MissedHeartbeats, MissedHeartbeatsAfterStart));

    internal TimeSpan Poll => TimeSpan.FromSeconds(PollSeconds);
}
