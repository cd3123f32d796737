using System.Text;
using Platform.GpuAgent.Journal;
using Platform.GpuAgent.Linux;

namespace Platform.GpuAgent.Processes;

/// <summary>
/// The command sent to a waiting shim: shell code made of the shim's own functions. It goes through a pipe, since
/// any user can read a process's arguments and the environment holds the job's token.
/// </summary>
internal static class ShimCommand
{
    public static byte[] For(
        AttemptFolder folder,
        IReadOnlyList<string> command,
        IReadOnlyDictionary<string, string> environment,
        JobGroup? group
    )
    {
        var text = new StringBuilder("{\n");
        Add("attempt", [folder.Path]);
        if (group is not null)
        {
            Add("limit", group.ProcessFiles);
        }

        // What the shell says about names that it rejects is redirected once; once for each variable takes milliseconds.
        text.Append("{\n:\n");
        foreach (var (name, value) in environment)
        {
            Add("variable", [name, value]);
        }

        text.Append("} 2>/dev/null\n");
        Add("become", command);
        return Encoding.UTF8.GetBytes(text.Append("}\n").ToString());

        void Add(string word, IEnumerable<string> arguments) =>
            text.Append(word).Append(' ').AppendJoin(' ', arguments.Select(Quoted)).Append('\n');
    }

    // Between single quotes only the quote is special.
    private static string Quoted(string word) => $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
