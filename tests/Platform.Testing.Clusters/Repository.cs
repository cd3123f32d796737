namespace Platform.Testing.Clusters;

/// <summary>Where things lie in the source tree and what was built from it.</summary>
public static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>Debug or Release, as these tests were built.</summary>
    public static string Configuration { get; } = new DirectoryInfo(AppContext.BaseDirectory).Name;

    public static string Built(string project, string file) =>
        Path.Combine(Root, "artifacts", "bin", project, Configuration, file);

    public static string Optdigits =>
        Directory.EnumerateFiles(Path.Combine(Root, "examples", "data", "optdigits"), "*.csv*").Single();

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Platform.sln")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException("Platform.sln is not above the tests.");
        }

        return folder.FullName;
    }
}
