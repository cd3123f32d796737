using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using Platform.GpuAgent.Journal;
using Platform.GpuAgent.Linux;

namespace Platform.GpuAgent.Processes;

/// <summary>
/// The shims of one agent. Some are always started in advance and wait for a command, so that starting a training takes
/// one program instead of four. A shim whose agent ends before sending a command ends too.
/// </summary>
internal sealed class Shims : IDisposable
{
    private const int MaxIdleShims = 4;

    private static readonly int _idleLimit = Math.Min(Environment.ProcessorCount, MaxIdleShims);

    /// <summary>Leaves the processor to the training that starts, and to the report of it.</summary>
    private static readonly TimeSpan _replaceAfter = TimeSpan.FromMilliseconds(5);

    private readonly ConcurrentQueue<Process> _idle = new();
    private readonly Timer _replace;
    private int _isReplacing;
    private readonly Lock _preparing = new();
    private readonly string _script;

    /// <param name="script">Where the shim's script is put.</param>
    public Shims(string script)
    {
        ShimScript.Install(script);
        _script = script;
        _replace = new Timer(_ =>
        {
            _isReplacing = 0;
            Prepare();
        });
    }

    /// <summary>
    /// Starts a training, and soon after another idle shim. A second start of the same attempt ends by itself: the first
    /// holds the claim.
    /// </summary>
    /// <param name="group">Whose limits hold for the training; null for none.</param>
    /// <returns>The shim, which ends after the training.</returns>
    /// <exception cref="Win32Exception">The machine has no <c>setsid</c>, or cannot start another process.</exception>
    public Process Start(
        AttemptFolder folder,
        IReadOnlyList<string> command,
        IReadOnlyDictionary<string, string> environment,
        JobGroup? group
    )
    {
        var shimCommand = ShimCommand.For(folder, command, environment, group);
        if (Interlocked.Exchange(ref _isReplacing, 1) == 0)
        {
            _replace.Change(_replaceAfter, Timeout.InfiniteTimeSpan);
        }

        while (_idle.TryDequeue(out var shim))
        {
            if (TrySendCommand(shim, shimCommand))
            {
                return shim;
            }

            shim.Dispose();
        }

        var another = Begin();
        TrySendCommand(another, shimCommand);
        return another;
    }

    /// <summary>
    /// Fills up the idle shims, one after another; concurrent calls return at once. A failure to start one is reported
    /// by the next <see cref="Start"/>.
    /// </summary>
    public void Prepare()
    {
        if (!_preparing.TryEnter())
        {
            return;
        }

        try
        {
            // Bounded, since they are used up meanwhile.
            for (var begun = 0; begun < _idleLimit && _idle.Count < _idleLimit; begun++)
            {
                _idle.Enqueue(Begin());
            }
        }
        catch (Win32Exception)
        {
            // Start tries again.
        }
        finally
        {
            _preparing.Exit();
        }
    }

    public void Dispose()
    {
        _replace.Dispose();
        while (_idle.TryDequeue(out var shim))
        {
            shim.StandardInput.Close();
            shim.Dispose();
        }
    }

    private Process Begin()
    {
        var start = new ProcessStartInfo("setsid", ["/bin/sh", _script])
        {
            WorkingDirectory = "/",
            UseShellExecute = false,
            RedirectStandardInput = true,
        };
        start.Environment.Clear();
        LibC.RestoreDefaultSignals();
        return Process.Start(start)!;
    }

    private static bool TrySendCommand(Process shim, byte[] shimCommand)
    {
        try
        {
            // If the shim has ended, its child must not run unrecorded: the pipe is closed without a command. HasExited says so
            // only a moment later, and its process id is its own until then.
            using var input = shim.StandardInput.BaseStream;
            if (shim.HasExited || ProcessStatus.Read(shim.Id) is not { IsDead: false })
            {
                return false;
            }

            input.Write(shimCommand);
            return true;
        }
        catch (IOException)
        {
            return false; // the shim has ended
        }
    }
}
