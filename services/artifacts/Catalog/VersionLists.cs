using Platform.Contracts.Artifacts;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.Catalog;

/// <summary>The lists of versions: those of an artifact, and those of a job or run.</summary>
internal static class VersionLists
{
    /// <summary>The versions of one artifact, the newest first.</summary>
    public static ListDefinition<ArtifactVersion> OfArtifact { get; } = Of("version", ListColumn.Number("v.number"));

    /// <summary>The versions that a job or run made, the newest first.</summary>
    public static ListDefinition<ArtifactVersion> OfMaker { get; } = Of("createdAt", ListColumn.Time("v.created_at"));

    private static ListDefinition<ArtifactVersion> Of(string sort, ListColumn column) =>
        new()
        {
            Table = "artifact_version v",
            Columns = ArtifactCatalog.VersionColumns,
            Joins = ArtifactCatalog.VersionJoin,
            Keys = [ListColumn.Text("v.name"), ListColumn.Number("v.number")],
            Sorts = new Dictionary<string, ListColumn>(StringComparer.Ordinal) { [sort] = column },
            DefaultSort = $"-{sort}",
            Read = ArtifactCatalog.ReadVersion,
        };
}
