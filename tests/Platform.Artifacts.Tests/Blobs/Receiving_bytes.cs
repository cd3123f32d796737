using Microsoft.Extensions.Options;
using Platform.Artifacts.Blobs;

namespace Platform.Artifacts.Tests.Blobs;

public sealed class Receiving_bytes : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("intake-").FullName;
    private readonly BlobIntake _intake;

    public Receiving_bytes()
    {
        _intake = new BlobIntake(Options.Create(new ArtifactsOptions { Folder = _folder }));
        _intake.Prepare();
    }

    private string[] Files => Directory.GetFiles(Path.Combine(_folder, "incoming"));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task leaves_nothing_when_nobody_keeps_them()
    {
        await using (var incoming = await _intake.ReceiveAsync(new MemoryStream([1, 2, 3]), CancellationToken.None))
        {
            Assert.Equal(3, incoming.Size);
            Assert.Single(Files);
        }

        Assert.Empty(Files);
    }

    [Fact]
    public async Task leaves_nothing_when_the_body_breaks_off()
    {
        await Assert.ThrowsAsync<IOException>(() =>
            _intake.ReceiveAsync(new BrokenStream(3_000_000), CancellationToken.None)
        );

        Assert.Empty(Files);
    }

    [Fact]
    public async Task begins_by_deleting_what_a_killed_process_left_but_not_what_a_living_one_receives()
    {
        var leftover = Path.Combine(_folder, "incoming", "left.part");
        await File.WriteAllBytesAsync(leftover, [1]);
        await using var incoming = await _intake.ReceiveAsync(new MemoryStream([1, 2]), CancellationToken.None);

        _intake.Prepare();

        Assert.False(File.Exists(leftover));
        Assert.Single(Files);
    }

    /// <summary>Gives some bytes in small pieces and then fails, as a connection does.</summary>
    private sealed class BrokenStream(int size) : MemoryStream(new byte[size])
    {
        public override async ValueTask<int> ReadAsync(
            Memory<byte> buffer,
            CancellationToken cancellationToken = default
        )
        {
            var read = await base.ReadAsync(buffer[..Math.Min(buffer.Length, 10_000)], cancellationToken);
            return read > 0 ? read : throw new IOException("The connection was reset.");
        }
    }
}
