using System.Text;
using System.Text.RegularExpressions;

namespace Platform.Standalone;

/// <summary>Copies console output to a file, without colours, for <c>./platform logs</c>.</summary>
internal sealed partial class LogFile : TextWriter
{
    private readonly TextWriter _console;
    private readonly string _path;
    private StreamWriter _file;

    private LogFile(TextWriter console, string path) => (_console, _path, _file) = (console, path, Append(path));

    public override Encoding Encoding => Encoding.UTF8;

    /// <summary>Starts copying; a file that gets too large is rotated.</summary>
    /// <returns>Null when there is no file to write to.</returns>
    public static LogFile? Open(string path)
    {
        if (path.Length == 0)
        {
            return null;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var log = new LogFile(Console.Out, path);
        log.RotateWhenLarge();
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
        RotateWhenLarge();
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

    private void RotateWhenLarge()
    {
        if (_file.BaseStream.Length > LogRotation.LargestBytes)
        {
            _file.Dispose();
            File.Move(_path, LogRotation.EarlierOf(_path), overwrite: true);
            _file = Append(_path);
        }
    }

    private static StreamWriter Append(string path) =>
        new(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
        {
            AutoFlush = true,
        };

    [GeneratedRegex(@"\x1b\[[0-9;]*m", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Colours();
}
