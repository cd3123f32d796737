using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.Cli.Server;

namespace Platform.Cli.Platforms;

/// <summary>
/// Manages users and tokens directly in the database of this machine's platform, as is needed to create the first ones. It
/// answers like <see cref="PlatformClient"/>: with what the API would, or a <see cref="CliException"/>.
/// </summary>
internal static class LocalGateway
{
    public static async Task<JsonNode> AskAsync(CommandContext context, params IReadOnlyList<string> words)
    {
        var (exitCode, output, errors) = await LocalDatabase.ReadAsync(
            context,
            BuiltPrograms.CommandFor("Platform.Gateway", words)
        );
        if (exitCode != 0)
        {
            throw new CliException(
                Parse(errors) is JsonObject problem
                    ? Problems.Describe(problem)
                    : $"The gateway's program ended with {exitCode}: {errors.Trim().Split('\n')[0].Trim()}"
            );
        }

        return Parse(output) ?? new JsonObject();
    }

    private static JsonNode? Parse(string text)
    {
        try
        {
            return text.Length == 0 ? null : JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
