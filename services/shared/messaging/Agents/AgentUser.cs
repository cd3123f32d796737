using MassTransit.RabbitMqTransport;

namespace Platform.Messaging;

/// <summary>
/// The broker's user that one node's agent has for itself (docs/adr/0027). It has the name of the agent's queue, so that what it
/// may declare and read is what is called like it.
/// </summary>
public static class AgentUser
{
    private const string Prefix = "agent-";
    private static readonly RabbitMqMessageNameFormatter _exchanges = new();

    /// <summary>The user's name.</summary>
    public static string Of(Guid nodeId) => $"{Prefix}{nodeId:N}";

    /// <summary>Whether a user is some agent's own.</summary>
    public static bool Is(string? user) =>
        user?.StartsWith(Prefix, StringComparison.Ordinal) is true
        && Guid.TryParseExact(user[Prefix.Length..], "N", out _);

    /// <summary>The exchange that messages of a type are published to.</summary>
    public static string ExchangeOf(Type messageType) => _exchanges.GetMessageName(messageType).ToString();
}
