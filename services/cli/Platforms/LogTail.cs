namespace Platform.Cli.Platforms;

/// <summary>The end of a log file that another process writes.</summary>
internal static class LogTail
{
    private const int MessageLines = 5;
    private static readonly string[] _speakers = ["platform: ", "agent: "];

    /// <summary>The last lines of a file; none when there is no file.</summary>
    public static IReadOnlyList<string> LastLines(string file, int count) => Read(file, count).Lines;

    /// <summary>
    /// Why a program ended: its own last words, as lines without who says it; else its last message as one line, without stack traces.
    /// </summary>
    public static string LastMessage(IReadOnlyList<string> lines)
    {
        var own = lines
            .Reverse()
            .SkipWhile(string.IsNullOrWhiteSpace)
            .TakeWhile(line => WordsOf(line) is not null)
            .Select(line => WordsOf(line)!)
            .Where(words => !words.StartsWith("waiting ", StringComparison.Ordinal))
            .Reverse()
            // An earlier start may have ended for the same reason.
            .Distinct(StringComparer.Ordinal)
            .ToList();
        return own.Count > 0 ? string.Join('\n', own) : LastLogged(lines);
    }

    /// <summary>What a program says itself, apart from its log; null for other lines.</summary>
    public static string? WordsOf(string line) =>
        Array.Find(_speakers, speaker => line.StartsWith(speaker, StringComparison.Ordinal)) is { } speaker
            ? line[speaker.Length..].TrimEnd()
            : null;

    private static string LastLogged(IReadOnlyList<string> lines) =>
        string.Join(
            ' ',
            lines
                .Where(line =>
                    line.TrimStart() is { Length: > 0 } text
                    && !text.StartsWith("at ", StringComparison.Ordinal)
                    && !text.StartsWith("--- End of ", StringComparison.Ordinal)
                )
                .TakeLast(MessageLines)
        );

    /// <summary>Prints the last lines and, if requested, new output until the command is interrupted.</summary>
    public static async Task PrintAsync(
        string file,
        int count,
        bool follow,
        TextWriter output,
        CancellationToken cancellationToken
    )
    {
        var (lines, position) = Read(file, count);
        foreach (var line in lines)
        {
            await output.WriteLineAsync(line);
        }

        while (follow)
        {
            await Task.Delay(200, cancellationToken);
            var length = new FileInfo(file).Length;
            // A shorter file is a new one.
            position = length < position ? 0 : position;
            if (length > position)
            {
                await using var log = Open(file);
                log.Position = position;
                using var reader = new StreamReader(log);
                await output.WriteAsync(await reader.ReadToEndAsync(cancellationToken));
                position = log.Position;
            }
        }
    }

    private static (IReadOnlyList<string> Lines, long Position) Read(string file, int count)
    {
        if (!File.Exists(file))
        {
            return ([], 0);
        }

        using var log = Open(file);
        using var reader = new StreamReader(log);
        var last = new Queue<string>();
        while (reader.ReadLine() is { } line)
        {
            last.Enqueue(line);
            if (last.Count > count)
            {
                last.Dequeue();
            }
        }

        return ([.. last], log.Position);
    }

    private static FileStream Open(string file) =>
        new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
}
