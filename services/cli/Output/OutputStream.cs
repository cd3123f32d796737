using System.Runtime.ExceptionServices;
using Platform.LocalServers;

namespace Platform.Cli.Output;

/// <summary>A stream of this process to write to, with what happens when a write fails.</summary>
/// <param name="failed">Gets why a write failed; the write is left out when it returns.</param>
internal sealed class OutputStream(Stream inner, Action<Exception> failed) : Stream
{
    /// <summary>EPIPE.</summary>
    private const int BrokenPipe = 32;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>For what was asked for, without which the command fails.</summary>
    public static OutputStream Required(Stream inner) =>
        new(
            inner,
            exception =>
            {
                if (IsNotRead(exception))
                {
                    ExceptionDispatchInfo.Throw(exception);
                }

                throw new CliException($"The output cannot be written: {FileProblems.ReasonOf(exception)}.", exception);
            }
        );

    /// <summary>
    /// For what a command says on the side, which must not end it: in <c>2>&amp;1 | head -1</c> the reader goes while the command has
    /// yet to say how it ended.
    /// </summary>
    public static OutputStream Optional(Stream inner) => new(inner, _ => { });

    /// <summary>Whether nobody reads the pipe any more.</summary>
    public static bool IsNotRead(Exception exception) => exception is IOException { HResult: BrokenPipe };

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            inner.Write(buffer);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            failed(exception);
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer,
        CancellationToken cancellationToken = default
    )
    {
        try
        {
            await inner.WriteAsync(buffer, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            failed(exception);
        }
    }

    public override void Flush() { }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
