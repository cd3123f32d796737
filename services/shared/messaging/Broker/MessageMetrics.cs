using System.Diagnostics;
using System.Diagnostics.Metrics;
using MassTransit;

namespace Platform.Messaging.Broker;

/// <summary>
/// How long messages take to be handled, under the name and in the unit of OpenTelemetry's conventions; MassTransit's own are
/// in milliseconds.
/// </summary>
internal sealed class MessageMetrics(IMeterFactory meters, MessagingOptions options) : IReceiveObserver
{
    private readonly string _system = options.Transport is MessageTransport.RabbitMq ? "rabbitmq" : "in_memory";

    private readonly Histogram<double> _duration = meters
        .Create(BusMetrics.Meter)
        .CreateHistogram(
            "messaging.process.duration",
            "s",
            "Duration of handling a message, with all tries.",
            tags: null,
            new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60],
            }
        );

    public Task PreReceive(ReceiveContext context) => Task.CompletedTask;

    public Task PostReceive(ReceiveContext context) => Task.CompletedTask;

    public Task PostConsume<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType)
        where T : class => Record(context, duration, failure: null);

    public Task ConsumeFault<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType, Exception exception)
        where T : class => Record(context, duration, exception);

    public Task ReceiveFault(ReceiveContext context, Exception exception) => Task.CompletedTask;

    private Task Record<T>(ConsumeContext<T> context, TimeSpan duration, Exception? failure)
        where T : class
    {
        var tags = new TagList
        {
            { "messaging.system", _system },
            { "messaging.operation.name", "process" },
            { "messaging.destination.name", context.ReceiveContext.InputAddress.Segments[^1] },
            { "messaging.message.type", typeof(T).Name },
        };
        if (failure is not null)
        {
            tags.Add("error.type", failure.GetType().FullName);
        }

        _duration.Record(duration.TotalSeconds, tags);
        return Task.CompletedTask;
    }
}
