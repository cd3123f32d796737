using System.Globalization;
using Platform.GpuAgent.Linux;

namespace Platform.GpuAgent.Journal;

/// <summary>The paths of one attempt's files.</summary>
internal sealed record AttemptFolder(string Path)
{
    /// <summary>The journal.</summary>
    public string Journal => In("journal.json");

    /// <summary>Reserved space that is freed when the disk is too full to write the journal.</summary>
    public string Reserve => In("reserve");

    /// <summary>How far the attempt has come since the journal was written.</summary>
    public string Notes => In("notes.json");

    /// <summary>The training's folder.</summary>
    public string Work => In("work");

    /// <summary>Where inputs go unless the job names another place.</summary>
    public string Inputs => System.IO.Path.Combine(Work, "inputs");

    /// <summary>Where trainings put what is kept of them.</summary>
    public string Outputs => System.IO.Path.Combine(Work, "outputs");

    /// <summary>What the training saves to continue from.</summary>
    public string Checkpoints => System.IO.Path.Combine(Work, "checkpoints");

    /// <summary>The training's <c>TMPDIR</c>.</summary>
    public string Temporary => System.IO.Path.Combine(Work, ".tmp");

    /// <summary>The spool: everything the training prints.</summary>
    public string Spool => In("log");

    /// <summary>What the training's SDK could not send yet.</summary>
    public string Unsent => In("unsent");

    /// <summary>Written by the shim: its own identity.</summary>
    public string Shim => In("shim");

    /// <summary>Written by the shim: the training's identity.</summary>
    public string Process => In("process");

    /// <summary>Written by the shim: how the training ended, and a blank line before that.</summary>
    public string Exit => In("exit");

    /// <summary>The training's exit code; null while it has not ended, and when the code is unknown.</summary>
    public int? ExitCode
    {
        get
        {
            // The code and its newline replace the start of the blanks; half written, it is followed by a blank.
            var line = SmallFile.Read(Exit).Split('\n');
            return
                line.Length > 1 && int.TryParse(line[0], NumberStyles.None, CultureInfo.InvariantCulture, out var code)
                ? code
                : null;
        }
    }

    /// <summary>When the training started; null when that is unknown.</summary>
    public DateTime? StartedAtUtc => File.Exists(Process) ? File.GetLastWriteTimeUtc(Process) : null;

    /// <summary>When the training ended, by the clock of its start; null when that is unknown.</summary>
    public DateTime? ExitedAtUtc => ExitCode is null ? null : File.GetLastWriteTimeUtc(Exit);

    /// <summary>Written by the shim: the command could not be executed.</summary>
    public string NotStarted => In("not-started");

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
