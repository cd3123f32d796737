using System.Net;

namespace Platform.GpuAgent.Server;

/// <summary>A file as a request body: streamed, with a deadline that is extended as long as bytes move.</summary>
internal sealed class FileContent(string path, long size, CancellationTokenSource limited) : HttpContent
{
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(
        Stream stream,
        TransportContext? context,
        CancellationToken cancellationToken
    )
    {
        await using var file = new FileStream(
            path,
            FileMode.Open,
            FileAccess.Read,
            FileShare.ReadWrite | FileShare.Delete,
            0
        );
        var buffer = new byte[128 * 1024];
        var left = size;
        while (left > 0)
        {
            var read = await file.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, left)), cancellationToken);
            if (read == 0)
            {
                throw new IOException($"{path} became shorter while it was sent.");
            }

            await stream.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            limited.CancelAfter(PlatformHttp.StallLimit);
            left -= read;
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = size;
        return true;
    }
}
