using System.Security.Cryptography;
using System.Text;

namespace Platform.Sdk;

/// <content>Texts of a run, such as what a program logs or prints.</content>
public sealed partial class TrackedRun
{
    private const string ConsoleText = "console";

    private readonly Dictionary<string, TextLog> _texts = new(StringComparer.Ordinal);
    private readonly string _process =
        $"{(TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond}-{Environment.ProcessId}";
    private ConsoleCapture? _console;

    /// <summary>
    /// Adds lines to one of the run's texts. They are stored every 2 s, later every 10 s, which is what a process that is killed
    /// loses of them at most.
    /// </summary>
    /// <param name="text">One line or more; a line end at the end is not needed.</param>
    /// <param name="name">The text's name.</param>
    public void LogText(string text, string name = "log")
    {
        if (_recorder is null || !IsOpen("the text"))
        {
            return;
        }

        try
        {
            if (!Values.IsName(name, Values.MaxName) || string.IsNullOrWhiteSpace(name))
            {
                throw new FormatException(NameRule);
            }

            TextLog? log;
            lock (_texts)
            {
                if (!_texts.TryGetValue(name, out log))
                {
                    _texts[name] = log = new TextLog(TimeProvider.System);
                }
            }

            log.Add(Values.Text(text));
        }
        catch (Exception e)
        {
            _refusals.Add($"the text {name}", e.Message);
        }
    }

    /// <summary>Stores what is due of the texts, or all of it.</summary>
    private void WriteTexts(bool atOnce)
    {
        KeyValuePair<string, TextLog>[] texts;
        lock (_texts)
        {
            texts = [.. _texts];
        }

        foreach (var (name, log) in texts)
        {
            if (log.Take(atOnce) is not { } part)
            {
                continue;
            }

            try
            {
                Store(name, part);
            }
            catch (Exception e)
            {
                _refusals.Add($"the text {name}", e.Message);
            }
        }
    }

    private void Store(string name, TextPart part)
    {
        _recorder!.ReserveMedia(part.Content.Length);
        var word = Values.PathWord(name);
        if (word != name)
        {
            // Another name may be the same word.
            word += $"-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..8]}";
        }

        var path = $"logs/{word}/{_process}-{part.Number:000000}.txt";
        using var content = new MemoryStream(part.Content);
        var file = FileRecord(path, content, isMedia: true);
        // In the order of their times the parts of all processes are the text.
        _recorder.Add([.. file, .. Records.Media(name, part.Number, part.Ticks, "text", path, caption: null)], 1);
    }
}
