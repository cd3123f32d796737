using System.Reflection;

namespace Platform.Architecture.Tests;

/// <summary>The source tree and the assemblies built from it.</summary>
internal static class Source
{
    public static readonly string[] Services = ["Jobs", "Nodes", "Artifacts", "Tracking", "Gateway", "GpuAgent"];

    public static Assembly Assembly(string name) => System.Reflection.Assembly.Load($"Platform.{name}");

    /// <summary>Files of ours below the given folders, relative to the root.</summary>
    public static IEnumerable<string> Files(string pattern, params string[] folders) =>
        folders
            .Select(folder => Repository.PathOf(folder))
            .Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, pattern, SearchOption.AllDirectories))
            .Select(path => Path.GetRelativePath(Repository.Root, path).Replace('\\', '/'))
            .Where(path => !path.Contains("/obj/") && !path.Contains("/bin/") && !path.Contains("node_modules"))
            .Order(StringComparer.Ordinal);

    public static string[] Lines(string path) => File.ReadAllLines(Repository.PathOf(path));
}
