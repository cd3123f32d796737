using Platform.Cli.Output;
using Platform.Cli.Server;

namespace Platform.Cli.Artifacts;

/// <summary>How far an upload or a download is.</summary>
internal sealed record TransferProgress(int Files, int AllFiles, long Bytes, long AllBytes)
{
    public TransferProgress Add(int files, long bytes) => this with { Files = Files + files, Bytes = Bytes + bytes };

    public override string ToString() =>
        $"{Files} of {Count.Of(AllFiles, "file")}, {JsonText.Bytes(Bytes)} of {JsonText.Bytes(AllBytes)}";
}

/// <summary>A stream that reports how much of it was read.</summary>
internal sealed class ReportingStream(Stream inner, Action<long> report) : Stream
{
    private long _read;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Count(inner.Read(buffer, offset, count));

    public override async ValueTask<int> ReadAsync(
        Memory<byte> buffer,
        CancellationToken cancellationToken = default
    ) => Count(await inner.ReadAsync(buffer, cancellationToken));

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private int Count(int read)
    {
        _read += read;
        report(_read);
        return read;
    }
}
