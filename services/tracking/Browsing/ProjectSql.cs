namespace Platform.Tracking.Browsing;

/// <summary>Conditions on paths of projects, in the order of bytes that their index has.</summary>
internal static class ProjectSql
{
    /// <summary>Those below a path: of characters, '0' follows '/'.</summary>
    /// <param name="column">The column with the path.</param>
    /// <param name="path">A parameter with the other one.</param>
    public static string Below(string column, string path) =>
        $"""{column} collate "C" >= {path} || '/' and {column} collate "C" < {path} || '0'""";
}
