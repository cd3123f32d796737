using System.CommandLine;
using System.Text.Json.Nodes;
using Platform.Cli.Server;

namespace Platform.Cli.Artifacts;

/// <summary>A version as users write it: <c>name</c>, <c>name:3</c>, <c>name:v3</c> or <c>name:alias</c>.</summary>
internal readonly record struct ArtifactReference(string Name, string Version)
{
    private const string Latest = "latest";

    public static Argument<string> Argument() =>
        new("artifact") { Description = "name, name:3 or name:alias; without a version it is the latest." };

    public static ArtifactReference Parse(string text)
    {
        var colon = text.LastIndexOf(':');
        var (name, version) = colon < 0 ? (text, Latest) : (text[..colon], text[(colon + 1)..]);
        if (name.Length == 0 || version.Length == 0)
        {
            throw new CliException($"'{text}' is not an artifact reference; write name, name:3 or name:alias.");
        }

        return new ArtifactReference(name, version);
    }

    /// <summary>The artifact's address.</summary>
    public string ArtifactPath => $"/api/artifacts/{PathSegment.Of(Name)}";

    /// <summary>Its own address.</summary>
    public string Path => $"{ArtifactPath}/versions/{PathSegment.Of(Version)}";

    /// <summary>Reads the version.</summary>
    /// <exception cref="NotFoundException">There is none; the message says whether there is the artifact.</exception>
    public async Task<JsonNode> ReadAsync(CommandContext context)
    {
        try
        {
            return await context.Client.GetAsync(Path, context.Cancelled);
        }
        catch (NotFoundException)
        {
            var artifact = await context.Client.GetAsync(ArtifactPath, context.Cancelled);
            if (Version is Latest && artifact["latestVersion"] is null)
            {
                throw new NotFoundException(
                    $"All versions of '{Name}' are deleted. './platform artifacts show {Name} --deleted' lists them."
                );
            }

            throw;
        }
    }
}
