using System.Diagnostics;
using Microsoft.Extensions.Options;
using Platform.Artifacts.Blobs;
using Platform.Artifacts.Blobs.Stores;
using Platform.Artifacts.Tests.Host;

namespace Platform.Artifacts.Tests.Blobs;

[Collection("alone")]
[Trait("suite", "integration")]
public sealed class Large_blobs_on_S3(SharedS3Server server) : IClassFixture<SharedS3Server>
{
    private const long Size = 300_000_000;

    [Fact]
    public async Task are_sent_and_read_in_little_memory()
    {
        using var folder = new TestFolder();
        var options = Options.Create(
            new ArtifactsOptions
            {
                Folder = folder.Path,
                Store = BlobStoreKind.S3,
                S3 = new S3Options
                {
                    Endpoint = server.S3.Endpoint,
                    Bucket = "large",
                    AccessKey = server.S3.AccessKey,
                    SecretKey = server.S3.SecretKey,
                },
            }
        );
        using var store = new S3BlobStore(options, TimeProvider.System);
        var intake = new BlobIntake(options);
        intake.Prepare();
        await store.PrepareAsync(CancellationToken.None);
        await using var incoming = await intake.ReceiveAsync(new Zeros(Size), CancellationToken.None);

        var memory = new HighestMemory();
        await using (new Timer(_ => memory.Look(), state: null, dueTime: 0, period: 10))
        {
            await store.KeepAsync(incoming, CancellationToken.None);
            await using var stream = (await store.OpenAsync(incoming.Name, CancellationToken.None))!;
            await stream.CopyToAsync(Stream.Null);
            Assert.Equal(Size, stream.Position);
        }

        Assert.True(memory.Growth < 64 << 20, $"Memory grew by {memory.Growth >> 20} MiB.");
    }

    private sealed class HighestMemory
    {
        private readonly long _before;
        private long _highest;

        public HighestMemory()
        {
            GC.Collect();
            _before = Read();
        }

        public long Growth => Volatile.Read(ref _highest) - _before;

        public void Look() => Volatile.Write(ref _highest, Math.Max(Volatile.Read(ref _highest), Read()));

        private static long Read()
        {
            using var process = Process.GetCurrentProcess();
            return process.WorkingSet64;
        }
    }

    private sealed class Zeros(long size) : MemoryStream
    {
        private long _left = size;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = (int)Math.Min(_left, buffer.Length);
            buffer.Span[..read].Clear();
            _left -= read;
            return ValueTask.FromResult(read);
        }
    }
}
