using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Platform.Contracts.Sentences;

namespace Platform.ServiceDefaults;

/// <summary>
/// Refuses requests with headers that the framework only reads later and then takes for a fault of ours: a <c>Host</c> that is no name
/// of a machine, and a <c>Content-Type</c> in an encoding that there is not. JSON in an unknown compression would look like broken JSON.
/// Paths that mean one thing here and another behind the next server are refused too.
/// </summary>
internal static partial class UnreadableRequests
{
    public static Task RefuseAsync(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        if (!HasReadableHost(request))
        {
            return ProblemResults.Problem(StatusCodes.Status400BadRequest, RequestSentences.Host).ExecuteAsync(context);
        }

        // What is left of an encoding means something else to whoever decodes it again on the way, as the gateway's services do.
        if (TwiceEncoded().IsMatch(request.Path.Value ?? ""))
        {
            return ProblemResults
                .Problem(StatusCodes.Status400BadRequest, RequestSentences.TwiceEncodedAddress)
                .ExecuteAsync(context);
        }

        if (!TakeEncoding(request))
        {
            return Refuse(RequestSentences.Encoding);
        }

        return request.HasEncoding() && request.HasJsonContentType()
            ? Refuse(RequestSentences.Compressed)
            : next(context);

        Task Refuse(Sentence why) =>
            ProblemResults.Problem(StatusCodes.Status415UnsupportedMediaType, why).ExecuteAsync(context);
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

    /// <summary>
    /// Whether there is the encoding that a request names. Between quotes, which is as right as without, the framework would not know it,
    /// so they are taken away.
    /// </summary>
    /// <returns>True also for what is no Content-Type at all: that is for the address to refuse.</returns>
    private static bool TakeEncoding(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !type.Charset.HasValue)
        {
            return true;
        }

        var charset = HeaderUtilities.UnescapeAsQuotedString(type.Charset);
        if (charset != type.Charset)
        {
            if (charset.Value?.All(IsOfName) is not true)
            {
                return false;
            }

            type.Charset = charset;
            request.ContentType = type.ToString();
        }

        try
        {
            return type.Encoding is not null;
        }
        catch (NotSupportedException)
        {
            // UTF-7, which .NET knows and does not read.
            return false;
        }
    }

    /// <summary>Besides an encoded slash, which the framework leaves and generated clients send.</summary>
    [GeneratedRegex("%(?!2[Ff])[0-9A-Fa-f]{2}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TwiceEncoded();

    private static bool IsOfName(char character) => char.IsAsciiLetterOrDigit(character) || "-_.:+".Contains(character);
}
