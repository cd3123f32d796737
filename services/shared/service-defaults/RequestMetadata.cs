using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Platform.EventStore;

namespace Platform.ServiceDefaults;

/// <summary>What an event remembers of the request that caused it.</summary>
public static class RequestMetadata
{
    /// <summary>The header in which the gateway tells a service who is calling; it removes what a client sends.</summary>
    public const string SubjectHeader = "X-Platform-Subject";

    /// <summary>The header in which the gateway tells of which attempt the calling job's process is; it removes what a client sends.</summary>
    public const string AttemptHeader = "X-Platform-Attempt";

    /// <summary>The attempt whose process calls; null for everybody else.</summary>
    public static int? JobAttempt(this HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return int.TryParse(request.Headers[AttemptHeader], CultureInfo.InvariantCulture, out var attempt)
            ? attempt
            : null;
    }

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
