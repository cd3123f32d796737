using System.Text.Json.Nodes;

namespace Platform.Testing.Elastic;

/// <summary>The fields that the installed templates know.</summary>
public static class MappedFields
{
    private static readonly HashSet<string> _known = JsonNode.Parse(
        File.ReadAllText(Repository.PathOf("infra/elk/component-mappings.json"))
    )!["template"]!["mappings"]!["properties"]!
        .AsObject()
        .Select(field => field.Key)
        .ToHashSet(StringComparer.Ordinal);

    /// <summary>Those of a document that have no mapping, which Elasticsearch would have to guess.</summary>
    public static IEnumerable<string> MissingOf(JsonObject document)
    {
        ArgumentNullException.ThrowIfNull(document);
        return document.Select(field => field.Key).Where(name => !_known.Contains(name));
    }
}
