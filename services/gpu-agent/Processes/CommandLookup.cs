using Platform.GpuAgent.Linux;

namespace Platform.GpuAgent.Processes;

/// <summary>Checks a command before the start, with clearer messages than a shell's.</summary>
internal static class CommandLookup
{
    /// <summary>Null when the program can be executed.</summary>
    public static string? Problem(string program, string workFolder, string searchPath)
    {
        if (program.Length == 0)
        {
            return "The command is empty.";
        }

        if (!program.Contains('/'))
        {
            var found = searchPath
                .Split(':', StringSplitOptions.RemoveEmptyEntries)
                .Any(folder => IsProgram(Path.Combine(workFolder, folder, program)));
            return found ? null : $"The program '{program}' was not found in the PATH of the node.";
        }

        var path = Path.Combine(workFolder, program);
        return Directory.Exists(path) ? $"The program '{program}' is a folder."
            : !File.Exists(path) ? $"The program '{program}' does not exist."
            : LibC.IsExecutable(path) ? null
            : $"The program '{program}' is not executable.";
    }

    private static bool IsProgram(string path) => File.Exists(path) && LibC.IsExecutable(path);
}
