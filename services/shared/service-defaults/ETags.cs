using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Platform.ServiceDefaults;

/// <summary>ETag and If-Match carry the stream's version.</summary>
public static class ETags
{
    /// <summary>Sets <c>ETag: "7"</c>.</summary>
    public static void SetETag(this HttpResponse response, long version) =>
        response.Headers.ETag = $"\"{version.ToString(CultureInfo.InvariantCulture)}\"";

    /// <summary>Reads <c>If-Match</c>.</summary>
    /// <param name="version">The version it names; null when the header is absent or <c>*</c>.</param>
    /// <returns>False when the header is there but is no version of ours: the caller answers 412.</returns>
    public static bool TryGetIfMatch(this HttpRequest request, out long? version)
    {
        version = null;
        var header = request.Headers.IfMatch.ToString();
        if (header.Length == 0 || string.Equals(header, "*", StringComparison.Ordinal))
        {
            return true;
        }

        if (!long.TryParse(header.Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var value))
        {
            return false;
        }

        version = value;
        return true;
    }
}
