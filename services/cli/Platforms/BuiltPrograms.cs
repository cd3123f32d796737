namespace Platform.Cli.Platforms;

/// <summary>The programs that were built together with this one.</summary>
internal static class BuiltPrograms
{
    /// <summary>The .NET host: the one that runs this process, if any.</summary>
    public static string DotNet =>
        Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) is "dotnet" ? host : "dotnet";

    /// <summary>A project's output, such as <c>artifacts/bin/Platform.Jobs/release</c>.</summary>
    public static string FolderOf(string project)
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(own.Parent!.Parent!.FullName, project, own.Name);
    }

    /// <summary>How to run a project's program.</summary>
    public static IReadOnlyList<string> CommandFor(string project, params IReadOnlyList<string> arguments)
    {
        var program = Path.Combine(FolderOf(project), $"{project}.dll");
        return File.Exists(program)
            ? [DotNet, program, .. arguments]
            : throw new CliException(
                $"{program} is not built. Run ./platform from the source tree, or 'dotnet build'."
            );
    }
}
