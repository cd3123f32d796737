using System.CommandLine;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Platform.Cli.Output;

namespace Platform.Cli;

/// <summary>What a command gets from the process that runs it.</summary>
internal sealed class CommandInvocation : InvocationConfiguration
{
    private static readonly UTF8Encoding _utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Where a secret can be read from.</summary>
    /// <remarks>Standard input is opened only when it is read: opening it switches a terminal's keyboard to another mode.</remarks>
    public TextReader Input => GivenInput ?? Console.In;

    /// <summary>What is read in place of standard input.</summary>
    public TextReader? GivenInput { get; init; }

    /// <summary>Environment variables by name.</summary>
    public Func<string, string?> Variable { get; init; } = Environment.GetEnvironmentVariable;

    /// <summary>The stream below <see cref="InvocationConfiguration.Output"/>.</summary>
    public Stream? OutputBytes { get; init; }

    /// <summary>The terminal that <see cref="InvocationConfiguration.Output"/> is; null when it is none.</summary>
    public Terminal? Terminal { get; init; }

    /// <summary>Whether progress can be shown, in a line that is overwritten.</summary>
    public bool ErrorIsTerminal { get; init; }

    /// <summary>Whether a person can be asked.</summary>
    public bool IsInteractive => GivenInput is null && !Console.IsInputRedirected;

    /// <summary>The streams and variables of this process.</summary>
    public static CommandInvocation OfProcess()
    {
        var output = OutputStream.Required(Open(1, Console.OpenStandardOutput));
        return new()
        {
            Output = Writer(output),
            Error = Writer(OutputStream.Optional(Open(2, Console.OpenStandardError))),
            OutputBytes = output,
            ErrorIsTerminal = !Console.IsErrorRedirected,
            Terminal = Terminal.OfProcess(Environment.GetEnvironmentVariable),
        };
    }

    /// <summary>
    /// Opens a descriptor for terminals and pipes: the console's streams switch a terminal's keyboard to another mode, and do not
    /// notice that nobody reads a pipe any more. A file keeps the console's, which share its position with other descriptors.
    /// </summary>
    private static Stream Open(int descriptor, Func<Stream> console)
    {
        var stream = new FileStream(new SafeFileHandle(descriptor, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        return stream.CanSeek ? console() : stream;
    }

    private static TextWriter Writer(Stream stream) =>
        TextWriter.Synchronized(new StreamWriter(stream, _utf8) { AutoFlush = true });
}
