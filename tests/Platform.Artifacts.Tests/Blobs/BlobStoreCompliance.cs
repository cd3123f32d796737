using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Platform.Artifacts.Blobs;
using Platform.Artifacts.Blobs.Stores;

namespace Platform.Artifacts.Tests.Blobs;

/// <summary>What every blob store must do; each store has a class that hands itself in.</summary>
public abstract class BlobStoreCompliance : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("blobs-").FullName;
    private IBlobStore? _store;
    private BlobIntake? _intake;

    private protected IBlobStore Store => _store!;

    private protected BlobIntake Intake => _intake!;

    protected string Folder => _folder;

    public async Task InitializeAsync()
    {
        var options = new ArtifactsOptions { Folder = _folder };
        _store = Create(options);
        _intake = new BlobIntake(Options.Create(options));
        _intake.Prepare();
        await _store.PrepareAsync(CancellationToken.None);
    }

    public Task DisposeAsync()
    {
        (_store as IDisposable)?.Dispose();
        Directory.Delete(_folder, recursive: true);
        return Task.CompletedTask;
    }

    [Fact]
    public async Task knows_nothing_of_a_blob_that_was_never_kept()
    {
        var name = BlobName.Of(SHA256.HashData(RandomNumberGenerator.GetBytes(10)));

        Assert.Null(await Store.FindSizeAsync(name, CancellationToken.None));
        Assert.Null(await Store.OpenAsync(name, CancellationToken.None));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1 << 20)]
    [InlineData((1 << 20) + 1)]
    // Above the size from which S3 gets parts, with a last part that is not full.
    [InlineData(35_000_001)]
    public async Task gives_back_what_was_kept(int size)
    {
        var bytes = RandomNumberGenerator.GetBytes(size);
        var name = await KeepAsync(bytes);

        Assert.Equal(BlobName.Of(SHA256.HashData(bytes)), name);
        Assert.Equal(size, await Store.FindSizeAsync(name, CancellationToken.None));
        await using var stream = await Store.OpenAsync(name, CancellationToken.None);
        Assert.Equal(size, stream!.Length);
        Assert.Equal(bytes, await ReadAsync(stream));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(_folder, "incoming")));
    }

    [Fact]
    public async Task reads_from_any_position()
    {
        var bytes = RandomNumberGenerator.GetBytes(300_000);
        var name = await KeepAsync(bytes);
        await using var stream = (await Store.OpenAsync(name, CancellationToken.None))!;

        foreach (var position in new[] { 299_999, 0, 150_000, 300_000 })
        {
            stream.Position = position;
            Assert.Equal(bytes[position..], await ReadAsync(stream));
        }

        stream.Seek(-5, SeekOrigin.End);
        Assert.Equal(bytes[^5..], await ReadAsync(stream));
    }

    [Fact]
    public async Task keeps_the_same_bytes_again_without_harm()
    {
        var bytes = RandomNumberGenerator.GetBytes(1000);
        var name = await KeepAsync(bytes);
        await using var reading = (await Store.OpenAsync(name, CancellationToken.None))!;

        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => KeepAsync(bytes)));

        Assert.Equal(bytes, await ReadAsync(reading));
        Assert.Equal(1000, await Store.FindSizeAsync(name, CancellationToken.None));
    }

    [Fact]
    public async Task deletes_a_blob_once_and_takes_it_again()
    {
        var name = await KeepAsync([1, 2, 3]);

        await Store.DeleteAsync(name, CancellationToken.None);
        await Store.DeleteAsync(name, CancellationToken.None);

        Assert.Null(await Store.FindSizeAsync(name, CancellationToken.None));
        Assert.Null(await Store.OpenAsync(name, CancellationToken.None));
        await KeepAsync([1, 2, 3]);
        Assert.Equal([1, 2, 3], await ReadAsync(Store, name));
    }

    [Fact]
    public async Task can_be_prepared_again_and_keeps_its_blobs()
    {
        var name = await KeepAsync([1, 2, 3]);

        Intake.Prepare();
        await Store.PrepareAsync(CancellationToken.None);

        Assert.Equal(3, await Store.FindSizeAsync(name, CancellationToken.None));
        await Store.CheckAsync(CancellationToken.None);
    }

    private protected abstract IBlobStore Create(ArtifactsOptions options);

    private protected Task<BlobName> KeepAsync(byte[] bytes) => KeepAsync(Store, bytes);

    private protected async Task<BlobName> KeepAsync(
        IBlobStore store,
        byte[] bytes,
        CancellationToken cancellationToken = default
    )
    {
        await using var incoming = await Intake.ReceiveAsync(new MemoryStream(bytes), CancellationToken.None);
        await store.KeepAsync(incoming, cancellationToken);
        return incoming.Name;
    }

    private protected static async Task<byte[]> ReadAsync(IBlobStore store, BlobName name)
    {
        await using var stream = await store.OpenAsync(name, CancellationToken.None);
        return await ReadAsync(stream!);
    }

    private static async Task<byte[]> ReadAsync(Stream stream)
    {
        using var copy = new MemoryStream();
        await stream.CopyToAsync(copy);
        return copy.ToArray();
    }
}
