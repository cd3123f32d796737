using System.Text.Json;
using System.Text.Json.Nodes;

namespace Platform.Cli.Server;

/// <summary>Problem documents (RFC 9457) as one line for users.</summary>
internal static class Problems
{
    /// <summary>The errors of each field, one line per field.</summary>
    public static IEnumerable<string> Lines(JsonObject errors) =>
        errors.Select(field =>
            $"{field.Key}: {string.Join(' ', (field.Value as JsonArray)?.Select(message => message.Text()) ?? [])}"
        );

    /// <summary>What an answer with this text says.</summary>
    public static string Describe(HttpResponseMessage response, string text)
    {
        var status = $"{(int)response.StatusCode} {response.ReasonPhrase}".TrimEnd();
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

        var all = Describe(problem, status);
        return (int)response.StatusCode switch
        {
            401 =>
                $"{all} Sign in with './platform login URL', or pass a token with --token or PLATFORM_TOKEN ('./platform tokens create --user NAME' creates one).",
            >= 500 => $"{all} ({status}, trace {problem["traceId"].Text() ?? "unknown"})",
            _ => all,
        };
    }

    /// <summary>What a problem is, with the errors of each field; also one of MLflow's API, which has only a message.</summary>
    /// <param name="otherwise">What it is when it does not say.</param>
    public static string Describe(JsonObject problem, string otherwise = "Something went wrong.")
    {
        var detail = problem["detail"].Text();
        // The title of such a problem says only that there are errors.
        return problem["errors"] is JsonObject { Count: > 0 } errors
            ? $"{detail} {string.Join("; ", Lines(errors))}".TrimStart()
            : detail ?? problem["title"].Text() ?? problem["message"].Text() ?? otherwise;
    }
}
