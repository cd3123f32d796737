using System.Globalization;
using System.Text.RegularExpressions;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.Versions;

/// <summary>How versions are referred to: by number or by alias.</summary>
internal static partial class ArtifactNames
{
    public const string Latest = "latest";

    public static bool IsAlias(string? alias) =>
        ClientText.IsWord(alias)
        && !Number().IsMatch(alias)
        && !string.Equals(alias, Latest, StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads <c>3</c> or <c>v3</c>; anything else is an alias.</summary>
    public static bool TryParseVersion(string reference, out int number)
    {
        number = 0;
        return Number().IsMatch(reference)
            && int.TryParse(reference.AsSpan().TrimStart("vV"), NumberStyles.None, provider: null, out number);
    }

    /// <summary>Reads the id of a version in a batch: <c>name:3</c>.</summary>
    public static bool TryParseVersionId(string id, out string name, out int number)
    {
        var colon = id.LastIndexOf(':');
        name = colon < 0 ? "" : id[..colon];
        number = 0;
        return ClientText.IsArtifactName(name) && TryParseVersion(id[(colon + 1)..], out number);
    }

    [GeneratedRegex(@"\A[vV]?[0-9]+\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Number();
}
