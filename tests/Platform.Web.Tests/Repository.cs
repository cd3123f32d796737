namespace Platform.Web.Tests;

/// <summary>Where things lie in the source tree and what was built from it.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string Frontend => Path.Combine(Root, "frontend");

    public static string Optdigits =>
        Directory.EnumerateFiles(Path.Combine(Root, "examples", "data", "optdigits"), "*.csv*").Single();

    /// <summary>The built example training.</summary>
    public static string Digits =>
        Path.Combine(
            Root,
            "artifacts",
            "bin",
            "Digits",
            new DirectoryInfo(AppContext.BaseDirectory).Name,
            "Digits.dll"
        );

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
