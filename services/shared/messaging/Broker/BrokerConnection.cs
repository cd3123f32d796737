using MassTransit;
using RabbitMQ.Client.Exceptions;

namespace Platform.Messaging;

/// <summary>This process's connection to the broker.</summary>
public sealed class BrokerConnection
{
    private const ushort AccessRefused = 403;
    private const ushort NotAllowed = 530;

    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(5);

    private readonly IBusControl _bus;
    private readonly Func<Task> _close;
    private readonly Func<Exception?> _lastFailure;

    internal BrokerConnection(IBusControl bus, Func<Task> close, Func<Exception?> lastFailure) =>
        (_bus, _close, _lastFailure) = (bus, close, lastFailure);

    /// <summary>Whether the broker answers, and does not let this process in.</summary>
    public bool IsRefused =>
        _bus.CheckHealth().Status is not BusHealthStatus.Healthy && _lastFailure() is { } failure && IsRefusal(failure);

    /// <summary>
    /// Closes the connection where there is one, so that the next one is made with the present credentials; that takes a few seconds.
    /// </summary>
    public async Task ReconnectAsync()
    {
        try
        {
            await _close().WaitAsync(_limit);
        }
        catch (Exception exception)
            when (exception is TimeoutException or ConnectionException or OperationCanceledException)
        {
            // There is none: the broker is away.
        }
    }

    /// <summary>Whether the broker answered and did not let the process in, or not do something.</summary>
    internal static bool IsRefusal(Exception exception) =>
        exception switch
        {
            PossibleAuthenticationFailureException => true,
            OperationInterruptedException { ShutdownReason.ReplyCode: AccessRefused or NotAllowed } => true,
            AggregateException several => several.InnerExceptions.Any(IsRefusal),
            _ => exception.InnerException is { } inner && IsRefusal(inner),
        };
}
