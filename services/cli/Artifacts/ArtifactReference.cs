using System.CommandLine;
using Platform.Cli.Server;

namespace Platform.Cli.Artifacts;

/// <summary>A version as users write it: <c>name</c>, <c>name:3</c>, <c>name:v3</c> or <c>name:alias</c>.</summary>
internal readonly record struct ArtifactReference(string Name, string Version)
{
    public static Argument<string> Argument() =>
        new("artifact") { Description = "name, name:3 or name:alias; without a version it is the latest." };

    public static ArtifactReference Parse(string text)
    {
        var colon = text.LastIndexOf(':');
        var (name, version) = colon < 0 ? (text, "latest") : (text[..colon], text[(colon + 1)..]);
        if (name.Length == 0 || version.Length == 0)
        {
            throw new CliException($"'{text}' is not an artifact reference; write name, name:3 or name:alias.");
        }

        return new ArtifactReference(name, version);
    }

    /// <summary>Its address.</summary>
    public string Path => $"/api/artifacts/{PathSegment.Of(Name)}/versions/{PathSegment.Of(Version)}";
}
