using Platform.Contracts.Sentences;
using Platform.GpuAgent.Linux;

namespace Platform.GpuAgent.Processes;

/// <summary>Checks a command before the start, with clearer messages than a shell's.</summary>
internal static class CommandLookup
{
    /// <summary>Null when the program can be executed.</summary>
    public static Sentence? Problem(string program, string workFolder, string searchPath)
    {
        if (program.Length == 0)
        {
            return EndingSentences.EmptyCommand;
        }

        if (!program.Contains('/'))
        {
            var found = searchPath
                .Split(':', StringSplitOptions.RemoveEmptyEntries)
                .Any(folder => IsProgram(Path.Combine(workFolder, folder, program)));
            return found ? null : EndingSentences.ProgramNotInPath.With(program);
        }

        var path = Path.Combine(workFolder, program);
        return Directory.Exists(path) ? EndingSentences.ProgramIsFolder.With(program)
            : !File.Exists(path) ? EndingSentences.ProgramMissing.With(program)
            : LibC.IsExecutable(path) ? null
            : EndingSentences.ProgramNotExecutable.With(program);
    }

    private static bool IsProgram(string path) => File.Exists(path) && LibC.IsExecutable(path);
}
