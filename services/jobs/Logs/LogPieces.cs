using System.Buffers;
using System.IO.Pipelines;

namespace Platform.Jobs.Logs;

/// <summary>
/// Bytes of a log in pieces as they are stored, in pooled memory, so that much output creates no garbage.
/// </summary>
internal sealed class LogPieces : IDisposable
{
    /// <summary>The length of every piece but the last.</summary>
    public const int PieceBytes = 64 * 1024;

    private readonly List<byte[]> _pieces = [];

    private LogPieces() { }

    public int Length { get; private set; }

    /// <summary>The pieces, valid until this is disposed.</summary>
    public ReadOnlyMemory<byte>[] Pieces =>
        [
            .. _pieces.Select(
                (piece, i) => new ReadOnlyMemory<byte>(piece, 0, Math.Min(PieceBytes, Length - (i * PieceBytes)))
            ),
        ];

    /// <summary>Reads a body to its end.</summary>
    /// <returns>Null when it is longer than the limit; no more than that is ever buffered.</returns>
    public static async Task<LogPieces?> ReadAsync(PipeReader body, int limit, CancellationToken cancellationToken)
    {
        var pieces = new LogPieces();
        var isComplete = false;
        try
        {
            while (true)
            {
                var read = await body.ReadAsync(cancellationToken);
                if (pieces.Length + read.Buffer.Length > limit)
                {
                    return null;
                }

                foreach (var part in read.Buffer)
                {
                    pieces.Add(part.Span);
                }

                body.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                {
                    isComplete = true;
                    return pieces;
                }
            }
        }
        finally
        {
            if (!isComplete)
            {
                pieces.Dispose();
            }
        }
    }

    public void Dispose()
    {
        foreach (var piece in _pieces)
        {
            ArrayPool<byte>.Shared.Return(piece);
        }

        _pieces.Clear();
    }

    private void Add(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            var filled = Length % PieceBytes;
            if (filled == 0)
            {
                _pieces.Add(ArrayPool<byte>.Shared.Rent(PieceBytes));
            }

            var some = bytes[..Math.Min(bytes.Length, PieceBytes - filled)];
            some.CopyTo(_pieces[^1].AsSpan(filled));
            Length += some.Length;
            bytes = bytes[some.Length..];
        }
    }
}
