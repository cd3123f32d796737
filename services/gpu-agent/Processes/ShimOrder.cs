using System.Text;
using Platform.GpuAgent.Journal;

namespace Platform.GpuAgent.Processes;

/// <summary>
/// What a waiting shim is told: a piece of shell in the shim's own three words. It goes through a pipe, since arguments are
/// everybody's to read and the environment holds the job's token.
/// </summary>
internal static class ShimOrder
{
    public static byte[] For(
        AttemptFolder folder,
        IReadOnlyList<string> command,
        IReadOnlyDictionary<string, string> environment
    )
    {
        var order = new StringBuilder("{\n");
        Add("attempt", [folder.Path]);
        foreach (var (name, value) in environment)
        {
            Add("variable", [name, value]);
        }

        Add("become", command);
        return Encoding.UTF8.GetBytes(order.Append("}\n").ToString());

        void Add(string word, IEnumerable<string> arguments) =>
            order.Append(word).Append(' ').AppendJoin(' ', arguments.Select(Quoted)).Append('\n');
    }

    // Nothing is special between single quotes but the quote.
    private static string Quoted(string word) => $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
