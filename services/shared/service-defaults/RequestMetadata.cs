using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Platform.EventStore;

namespace Platform.ServiceDefaults;

/// <summary>What an event remembers of the request that caused it.</summary>
public static class RequestMetadata
{
    /// <summary>The header in which the gateway tells a service who is calling; it removes what a client sends.</summary>
    public const string SubjectHeader = "X-Platform-Subject";

    /// <summary>Metadata for events appended by this request.</summary>
    /// <param name="correlationId">The business operation, normally the stream's id.</param>
    public static EventMetadata EventMetadata(this HttpContext context, string? correlationId = null)
    {
        var headers = new Dictionary<string, string>(StringComparer.Ordinal);
        if (Activity.Current?.Id is { } traceparent)
        {
            headers["traceparent"] = traceparent;
        }

        if (context.Request.Headers[SubjectHeader].ToString() is { Length: > 0 } subject)
        {
            headers["subject"] = subject;
        }

        return new EventMetadata(correlationId, context.TraceIdentifier, headers);
    }
}
