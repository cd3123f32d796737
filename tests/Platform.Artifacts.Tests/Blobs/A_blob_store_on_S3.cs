using Amazon.S3;
using Microsoft.Extensions.Options;
using Platform.Artifacts.Blobs;
using Platform.Artifacts.Blobs.Stores;
using Platform.Artifacts.Tests.Host;

namespace Platform.Artifacts.Tests.Blobs;

[Collection("s3")]
[Trait("suite", "integration")]
public sealed class A_blob_store_on_S3(SharedS3Server server) : BlobStoreCompliance
{
    // A bucket a test, so that each one creates it.
    private readonly string _bucket = $"blobs-{Guid.CreateVersion7():N}";

    [Fact]
    public async Task does_not_answer_with_a_wrong_secret()
    {
        var options = Describe(new ArtifactsOptions { Folder = Folder });
        options.S3!.SecretKey = "wrong";
        using var store = new S3BlobStore(Options.Create(options), TimeProvider.System);

        var refusal = await Assert.ThrowsAnyAsync<AmazonS3Exception>(() => store.CheckAsync(CancellationToken.None));
        Assert.Equal(System.Net.HttpStatusCode.Forbidden, refusal.StatusCode);
    }

    private protected override IBlobStore Create(ArtifactsOptions options) =>
        new S3BlobStore(Options.Create(Describe(options)), TimeProvider.System);

    private ArtifactsOptions Describe(ArtifactsOptions options)
    {
        options.Store = BlobStoreKind.S3;
        options.S3 = new S3Options
        {
            Endpoint = server.S3.Endpoint,
            Bucket = _bucket,
            AccessKey = server.S3.AccessKey,
            SecretKey = server.S3.SecretKey,
        };
        return options;
    }
}
