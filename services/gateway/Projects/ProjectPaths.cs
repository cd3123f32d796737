namespace Platform.Gateway.Projects;

/// <summary>From paths to ids of streams and back. Paths that differ in case are two projects, as jobs name them.</summary>
internal static class ProjectPaths
{
    private const string Prefix = "project:";

    public static string IdOf(string path) => Prefix + path;

    public static string PathOf(string id) => id[Prefix.Length..];
}
