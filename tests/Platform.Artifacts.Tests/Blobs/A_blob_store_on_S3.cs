using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Platform.Artifacts.Blobs;
using Platform.Artifacts.Blobs.Stores;
using Platform.Artifacts.Tests.Host;

namespace Platform.Artifacts.Tests.Blobs;

[Collection("s3")]
[Trait("suite", "integration")]
public sealed class A_blob_store_on_S3(SharedS3Server server) : BlobStoreCompliance
{
    /// <summary>Three parts.</summary>
    private const int Large = 40_000_000;

    /// <summary>A place inside the second part.</summary>
    private const int Middle = 20_000_000;

    // A bucket a test, so that each one creates it.
    private readonly string _bucket = $"blobs-{Guid.CreateVersion7():N}";

    [Fact]
    public async Task does_not_answer_with_a_wrong_secret()
    {
        using var store = Open(server.S3.Endpoint, secret: "wrong");

        var refusal = await Assert.ThrowsAnyAsync<Exception>(() => store.CheckAsync(CancellationToken.None));
        var refused = await Assert.ThrowsAnyAsync<Exception>(() => KeepAsync(store, [1]));

        Assert.True(StoreProblems.IsUnavailable(refusal), refusal.ToString());
        Assert.True(StoreProblems.IsUnavailable(refused), refused.ToString());
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(Large)]
    public async Task never_writes_a_blob_again_that_it_has(int size)
    {
        using var swift = await SwiftAccount.OpenAsync(server.S3);
        var bytes = RandomNumberGenerator.GetBytes(size);
        var name = await KeepAsync(bytes);
        var written = await swift.WrittenAtAsync(_bucket, $"blobs/{name}");
        var uploads = await swift.WaitForUploadsAsync(_bucket, size == Large ? 1 : 0);

        await KeepAsync(bytes);

        Assert.Equal(written, await swift.WrittenAtAsync(_bucket, $"blobs/{name}"));
        Assert.Equal(uploads, await swift.UploadsAsync(_bucket));
    }

    [Fact]
    public async Task takes_the_first_of_two_uploads_of_the_same_bytes()
    {
        using var swift = await SwiftAccount.OpenAsync(server.S3);
        await using var proxy = new TcpProxy(server.S3.Endpoint, Middle);
        using var slowStore = Open(proxy.Endpoint);
        var bytes = RandomNumberGenerator.GetBytes(Large);

        var slow = KeepAsync(slowStore, bytes);
        await proxy.Reached;
        var name = await KeepAsync(bytes);
        var written = await swift.WrittenAtAsync(_bucket, $"blobs/{name}");
        proxy.Release();
        await slow;

        Assert.Equal(written, await swift.WrittenAtAsync(_bucket, $"blobs/{name}"));
        await swift.WaitForUploadsAsync(_bucket, 1);
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(Large)]
    public async Task replaces_an_object_that_is_not_what_its_name_says(int size)
    {
        using var swift = await SwiftAccount.OpenAsync(server.S3);
        var bytes = RandomNumberGenerator.GetBytes(size);
        await swift.WriteAsync(_bucket, $"blobs/{BlobName.Of(SHA256.HashData(bytes))}", [1, 2, 3]);

        Assert.Equal(bytes, await ReadAsync(Store, await KeepAsync(bytes)));
    }

    [Fact]
    public async Task leaves_nothing_of_an_upload_that_was_given_up()
    {
        using var swift = await SwiftAccount.OpenAsync(server.S3);
        await using var proxy = new TcpProxy(server.S3.Endpoint, Middle);
        using var store = Open(proxy.Endpoint);
        using var giveUp = new CancellationTokenSource();
        var bytes = RandomNumberGenerator.GetBytes(Large);

        var keeping = KeepAsync(store, bytes, giveUp.Token);
        await proxy.Reached;
        await swift.WaitForUploadsAsync(_bucket, 1);
        await giveUp.CancelAsync();
        proxy.Release();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => keeping);
        Assert.Null(await Store.FindSizeAsync(BlobName.Of(SHA256.HashData(bytes)), CancellationToken.None));
        await swift.WaitForUploadsAsync(_bucket, 0);
    }

    [Fact]
    public async Task goes_on_with_an_upload_while_another_one_of_the_same_bytes_is_given_up()
    {
        await using var one = new TcpProxy(server.S3.Endpoint, Middle);
        await using var other = new TcpProxy(server.S3.Endpoint, Middle);
        using var firstStore = Open(one.Endpoint);
        using var secondStore = Open(other.Endpoint);
        using var giveUp = new CancellationTokenSource();
        var bytes = RandomNumberGenerator.GetBytes(Large);

        var givenUp = KeepAsync(firstStore, bytes, giveUp.Token);
        var keeping = KeepAsync(secondStore, bytes);
        await one.Reached;
        await other.Reached;
        await giveUp.CancelAsync();
        one.Release();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => givenUp);
        other.Release();

        Assert.Equal(bytes, await ReadAsync(Store, await keeping));
    }

    [Fact]
    public async Task sends_again_what_a_broken_connection_lost()
    {
        await using var proxy = new TcpProxy(server.S3.Endpoint, Middle);
        using var store = Open(proxy.Endpoint);
        var bytes = RandomNumberGenerator.GetBytes(Large);

        var keeping = KeepAsync(store, bytes);
        await proxy.Reached;
        proxy.Break();
        proxy.Release();

        Assert.Equal(bytes, await ReadAsync(Store, await keeping));
    }

    [Fact]
    public async Task shows_nothing_of_an_upload_during_which_the_server_died_and_takes_it_later()
    {
        await using var proxy = new TcpProxy(server.S3.Endpoint, Middle);
        using var store = Open(proxy.Endpoint);
        var bytes = RandomNumberGenerator.GetBytes(Large);

        var keeping = KeepAsync(store, bytes);
        await proxy.Reached;
        await proxy.StopAsync();
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => keeping);
        var size = await Store.FindSizeAsync(BlobName.Of(SHA256.HashData(bytes)), CancellationToken.None);
        proxy.Restart();

        Assert.True(StoreProblems.IsUnavailable(failure), failure.ToString());
        Assert.Null(size);
        Assert.Equal(bytes, await ReadAsync(store, await KeepAsync(store, bytes)));
    }

    [Fact]
    public async Task removes_what_uploads_of_a_dead_server_left_when_it_starts_a_day_later()
    {
        using var swift = await SwiftAccount.OpenAsync(server.S3);
        await using var proxy = new TcpProxy(server.S3.Endpoint, Middle);
        using var store = Open(proxy.Endpoint);
        var keeping = KeepAsync(store, RandomNumberGenerator.GetBytes(Large));
        await proxy.Reached;
        await proxy.StopAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => keeping);

        await Store.PrepareAsync(CancellationToken.None);
        // It may be another process's upload in progress.
        await swift.WaitForUploadsAsync(_bucket, 1);
        using var later = Open(server.S3.Endpoint, clock: new FakeClock(TimeProvider.System.GetUtcNow().AddHours(25)));
        await later.PrepareAsync(CancellationToken.None);

        await swift.WaitForUploadsAsync(_bucket, 0);
    }

    [Fact]
    public async Task says_that_the_server_died_while_a_blob_was_read()
    {
        var bytes = RandomNumberGenerator.GetBytes(Large);
        var name = await KeepAsync(bytes);
        await using var proxy = new TcpProxy(server.S3.Endpoint, Middle);
        using var store = Open(proxy.Endpoint);

        var reading = ReadAsync(store, name);
        await proxy.Reached;
        await proxy.StopAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => reading);
        proxy.Restart();

        Assert.Equal(bytes, await ReadAsync(store, name));
    }

    private protected override IBlobStore Create(ArtifactsOptions options) => Open(server.S3.Endpoint);

    private S3BlobStore Open(string endpoint, string? secret = null, TimeProvider? clock = null) =>
        new(
            Options.Create(
                new ArtifactsOptions
                {
                    Store = BlobStoreKind.S3,
                    S3 = new S3Options
                    {
                        Endpoint = endpoint,
                        Bucket = _bucket,
                        AccessKey = server.S3.AccessKey,
                        SecretKey = secret ?? server.S3.SecretKey,
                    },
                }
            ),
            clock ?? TimeProvider.System
        );
}
