using System.Text.Json;
using Platform.Contracts;

namespace Platform.Gateway;

/// <summary>Where a command on the database prints, and the options of its command line.</summary>
internal sealed class CommandOutput(TextWriter output, TextWriter errors, bool isJson)
{
    public TextWriter Errors => errors;

    /// <summary>Prints an answer: as JSON where that is wanted, else as lines.</summary>
    public async Task PrintAsync<T>(T answer, IEnumerable<string> lines)
    {
        if (isJson)
        {
            await output.WriteLineAsync(JsonSerializer.Serialize(answer, JsonDefaults.Lenient));
            return;
        }

        foreach (var line in lines)
        {
            await output.WriteLineAsync(line);
        }
    }

    /// <summary>Says what is about to be printed, where a person reads it.</summary>
    public Task RemarkAsync(string remark) => isJson ? Task.CompletedTask : errors.WriteLineAsync(remark);

    /// <summary>Says what is wrong.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> FailAsync(string message, int exitCode)
    {
        await errors.WriteLineAsync(message);
        return exitCode;
    }

    /// <summary>Reads <c>--name value</c> and <c>--name=value</c>.</summary>
    /// <returns>Null when something else is there, or an option without its value or twice.</returns>
    public static Dictionary<string, string>? ParseOptions(
        IEnumerable<string> words,
        params IReadOnlyList<string> known
    )
    {
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        var queue = new Queue<string>(
            words.SelectMany(word => word.StartsWith("--", StringComparison.Ordinal) ? word.Split('=', 2) : [word])
        );
        while (queue.TryDequeue(out var option))
        {
            if (
                !known.Contains(option, StringComparer.Ordinal)
                || !queue.TryDequeue(out var value)
                || !options.TryAdd(option, value)
            )
            {
                return null;
            }
        }

        return options;
    }
}
