namespace Platform.Cli.Platforms;

/// <summary>The programs that were built, or published, together with this one.</summary>
internal static class BuiltPrograms
{
    /// <summary>The .NET host: the one that runs this process, if any.</summary>
    public static string DotNet =>
        Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) is "dotnet" ? host : "dotnet";

    /// <summary>A project's output, such as <c>artifacts/bin/Platform.Jobs/release</c>.</summary>
    public static string FolderOf(string project) => FolderOf(project, AppContext.BaseDirectory);

    /// <summary>How to run a project's program.</summary>
    public static IReadOnlyList<string> CommandFor(string project, params IReadOnlyList<string> arguments) =>
        [DotNet, ProgramOf(project, AppContext.BaseDirectory), .. arguments];

    /// <summary>A project's program: in the source tree, or beside this one where all were published into one folder.</summary>
    /// <exception cref="CliException">It is in neither.</exception>
    internal static string ProgramOf(string project, string folder)
    {
        var file = $"{project}.dll";
        string[] places = [Path.Combine(FolderOf(project, folder), file), Path.Combine(folder, file)];
        return Array.Find(places, File.Exists)
            ?? throw new CliException(
                $"This command runs {file}, which is not in {folder}. Run ./platform from the source tree, or publish both into one folder (scripts/publish.sh FOLDER, then dotnet publish services/cli -c Release -o FOLDER); a platform that runs can be asked with --server URL and a token."
            );
    }

    private static string FolderOf(string project, string folder)
    {
        var own = new DirectoryInfo(Path.TrimEndingDirectorySeparator(folder));
        return own.Parent?.Parent is { } programs ? Path.Combine(programs.FullName, project, own.Name) : own.FullName;
    }
}
