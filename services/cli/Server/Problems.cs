using System.Text.Json;
using System.Text.Json.Nodes;

namespace Platform.Cli.Server;

/// <summary>Problem documents (RFC 9457) as one line for people.</summary>
internal static class Problems
{
    public static async Task<string> DescribeAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var status = $"{(int)response.StatusCode} {response.ReasonPhrase}".TrimEnd();
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        JsonObject? problem;
        try
        {
            problem = JsonNode.Parse(text) as JsonObject;
        }
        catch (JsonException)
        {
            problem = null;
        }

        if (problem is null)
        {
            return $"The platform answered {status}.";
        }

        var said = problem["detail"].Text() ?? problem["title"].Text() ?? status;
        var errors = (problem["errors"] as JsonObject)?.Select(field =>
            $"{field.Key}: {string.Join(' ', (field.Value as JsonArray)?.Select(message => message.Text()) ?? [])}"
        );
        var all = errors is null ? said : $"{said} {string.Join("; ", errors)}";
        return (int)response.StatusCode switch
        {
            401 => $"{all} Give a token with --token or PLATFORM_TOKEN ('./platform tokens create' makes one).",
            >= 500 => $"{all} ({status}, trace {problem["traceId"].Text() ?? "unknown"})",
            _ => all,
        };
    }
}
