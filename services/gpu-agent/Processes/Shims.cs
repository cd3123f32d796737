using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using Platform.GpuAgent.Journal;

namespace Platform.GpuAgent.Processes;

/// <summary>
/// The shims of one agent. Some always wait for their order: four programs are executed until a training is, and the first
/// three need not know which. A shim whose agent ends before it was told anything ends too.
/// </summary>
/// <param name="script">Where the shim's script lies.</param>
internal sealed class Shims(string script) : IDisposable
{
    private const int MostThatWait = 4;

    private static readonly int _thatWait = Math.Min(Environment.ProcessorCount, MostThatWait);

    private readonly ConcurrentQueue<Process> _waiting = new();
    private readonly Lock _preparing = new();

    /// <summary>Starts a training. A second start of the same attempt ends by itself: the first holds the claim.</summary>
    /// <returns>The shim, which ends after the training.</returns>
    /// <exception cref="Win32Exception">The machine has no <c>setsid</c>, or no room for a process.</exception>
    public Process Start(
        AttemptFolder folder,
        IReadOnlyList<string> command,
        IReadOnlyDictionary<string, string> environment
    )
    {
        var order = ShimOrder.For(folder, command, environment);
        while (_waiting.TryDequeue(out var shim))
        {
            if (TrySendCommand(shim, order))
            {
                return shim;
            }

            shim.Dispose();
        }

        var another = Begin();
        TrySendCommand(another, order);
        return another;
    }

    /// <summary>
    /// Lets as many shims wait as are worth it, started one after another by whoever comes first. Where they cannot be started,
    /// whoever needs one hears why.
    /// </summary>
    public void Prepare()
    {
        if (!_preparing.TryEnter())
        {
            return;
        }

        try
        {
            // Bounded, since others take them meanwhile.
            for (var begun = 0; begun < _thatWait && _waiting.Count < _thatWait; begun++)
            {
                _waiting.Enqueue(Begin());
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
        while (_waiting.TryDequeue(out var shim))
        {
            shim.StandardInput.Close();
            shim.Dispose();
        }
    }

    private Process Begin()
    {
        var start = new ProcessStartInfo("setsid", ["/bin/sh", script])
        {
            WorkingDirectory = "/",
            UseShellExecute = false,
            RedirectStandardInput = true,
        };
        start.Environment.Clear();
        LibC.RestoreDefaultSigPipe();
        return Process.Start(start)!;
    }

    private static bool TrySendCommand(Process shim, byte[] order)
    {
        try
        {
            // Whoever waits for a shim that is gone would run unrecorded: its pipe is closed without an order.
            using var input = shim.StandardInput.BaseStream;
            if (shim.HasExited)
            {
                return false;
            }

            input.Write(order);
            return true;
        }
        catch (IOException)
        {
            return false; // nobody reads it any more
        }
    }
}
