using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Platform.Contracts;

namespace Platform.Gateway;

/// <summary>
/// Where a command on the database answers, and the options of its command line. It answers as the API does, with JSON and problem
/// documents: <c>platform</c>, which runs it, prints both the same way.
/// </summary>
internal sealed class CommandOutput(TextWriter output, TextWriter errors)
{
    /// <summary>The exit code of a command that was refused.</summary>
    public const int Refused = 1;

    /// <summary>The exit code for words that are no command.</summary>
    public const int Misused = 2;

    /// <returns>The exit code.</returns>
    public async Task<int> AnswerAsync<T>(T answer)
    {
        await output.WriteLineAsync(JsonSerializer.Serialize(answer, JsonDefaults.Lenient));
        return 0;
    }

    /// <summary>Says why nothing was done.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> RefuseAsync(ProblemHttpResult problem, int exitCode = Refused)
    {
        var details = problem.ProblemDetails;
        await errors.WriteLineAsync(JsonSerializer.Serialize(details, details.GetType(), JsonDefaults.Lenient));
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
