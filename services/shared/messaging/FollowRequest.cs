using System.Diagnostics;
using MassTransit;
using Platform.EventStore;

namespace Platform.Messaging;

/// <summary>
/// Carries the id of a user's request and its trace through messages: what handles one continues both, and what is sent meanwhile
/// has them too.
/// </summary>
internal sealed class FollowRequest : IFilter<ConsumeContext>
{
    public void Probe(ProbeContext context) => context.CreateFilterScope("followRequest");

    public async Task Send(ConsumeContext context, IPipe<ConsumeContext> next)
    {
        RequestId.Current =
            context.Headers.Get<string>(RequestId.Header) is { } id && RequestId.IsValid(id) ? id : null;
        using var trace = Continue(context);
        await next.Send(context);
    }

    /// <summary>Adds the present request's id, and the trace, to a message.</summary>
    public static void Mark(SendContext context)
    {
        if (Activity.Current is { IdFormat: ActivityIdFormat.W3C } trace)
        {
            context.Headers.Set(EventPublisher.TraceParent, trace.Id);
        }

        if (RequestId.Current is { } id)
        {
            context.Headers.Set(RequestId.Header, id);
        }
    }

    /// <summary>The trace of whoever sent it, where the bus itself measures no traces.</summary>
    private static Activity? Continue(ConsumeContext context)
    {
        if (Activity.Current is not null || context.Headers.Get<string>(EventPublisher.TraceParent) is not { } parent)
        {
            return null;
        }

        return ActivityContext.TryParse(parent, traceState: null, out _)
            ? new Activity("consume").SetParentId(parent).Start()
            : null;
    }
}
