using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Platform.ServiceDefaults;

/// <summary>
/// Refuses requests with headers that the framework only reads later and then takes for a fault of ours: a <c>Host</c> that is no name
/// of a machine, and a <c>Content-Type</c> in an encoding that there is not.
/// </summary>
internal static class UnreadableRequests
{
    public static Task RefuseAsync(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        if (!HasReadableHost(request))
        {
            return ProblemResults.Problem(StatusCodes.Status400BadRequest, RequestSentences.Host).ExecuteAsync(context);
        }

        return HasKnownEncoding(request.ContentType)
            ? next(context)
            : ProblemResults
                .Problem(StatusCodes.Status415UnsupportedMediaType, RequestSentences.Encoding)
                .ExecuteAsync(context);
    }

    private static bool HasReadableHost(HttpRequest request)
    {
        try
        {
            // Decodes names in Punycode.
            _ = request.Host;
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <summary>What is no Content-Type at all is for the address to refuse.</summary>
    private static bool HasKnownEncoding(string? contentType) =>
        !MediaTypeHeaderValue.TryParse(contentType, out var type)
        || !type.Charset.HasValue
        || type.Encoding is not null;
}
