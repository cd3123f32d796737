using System.Net;

namespace Platform.Messaging;

/// <summary>
/// Whom this process is at the broker, where that may change while it runs. A process that registers one declares nothing but
/// the queues that it reads: exchanges of messages are the services' to declare, and its user may not.
/// </summary>
public interface IBrokerCredentials
{
    /// <summary>For the next try to connect; null leaves those of the broker's address.</summary>
    NetworkCredential? Current { get; }
}
