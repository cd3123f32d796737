using System.Text;
using System.Text.RegularExpressions;

namespace Platform.Standalone;

/// <summary>Copies console output to a file, without colours, for <c>./platform logs</c>.</summary>
internal sealed partial class LogFile : TextWriter
{
    private const long LargestBytes = 16 * 1024 * 1024;
    private readonly TextWriter _console;
    private readonly TextWriter _file;

    private LogFile(TextWriter console, TextWriter file) => (_console, _file) = (console, file);

    public override Encoding Encoding => Encoding.UTF8;

    /// <summary>Starts copying; a large file is rotated first.</summary>
    /// <returns>Null when there is no file to write to.</returns>
    public static LogFile? Open(string path)
    {
        if (path.Length == 0)
        {
            return null;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (File.Exists(path) && new FileInfo(path).Length > LargestBytes)
        {
            File.Move(path, $"{path}.1", overwrite: true);
        }

        var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        var log = new LogFile(Console.Out, TextWriter.Synchronized(new StreamWriter(file) { AutoFlush = true }));
        Console.SetOut(log);
        return log;
    }

    public override void Write(char value)
    {
        _console.Write(value);
        _file.Write(value);
    }

    public override void Write(string? value)
    {
        _console.Write(value);
        _file.Write(Colours().Replace(value ?? "", ""));
    }

    public override void WriteLine(string? value) => Write(value + Environment.NewLine);

    public override void Flush()
    {
        _console.Flush();
        _file.Flush();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Console.SetOut(_console);
            _file.Dispose();
        }

        base.Dispose(disposing);
    }

    [GeneratedRegex(@"\x1b\[[0-9;]*m", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Colours();
}
