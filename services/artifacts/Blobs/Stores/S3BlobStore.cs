using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Amazon.S3.Transfer;
using Microsoft.Extensions.Options;

namespace Platform.Artifacts.Blobs.Stores;

/// <summary>
/// Blobs as objects <c>blobs/{sha256}</c> of one bucket. The bytes are verified in a temporary file before the first of them
/// is sent, and both a single PUT and the completion of a multipart upload make an object visible at once.
/// </summary>
internal sealed class S3BlobStore : IBlobStore, IDisposable
{
    private const long PartSize = 16 << 20;
    private const int MaxParts = 10_000;

    private readonly AmazonS3Client _client;
    private readonly string _bucket;
    private readonly TimeProvider _clock;

    public S3BlobStore(IOptions<ArtifactsOptions> options, TimeProvider clock)
    {
        var s3 = options.Value.S3!;
        _clock = clock;
        _bucket = s3.Bucket!;
        _client = new AmazonS3Client(
            new BasicAWSCredentials(s3.AccessKey, s3.SecretKey),
            new AmazonS3Config
            {
                ServiceURL = s3.Endpoint,
                AuthenticationRegion = s3.Region,
                ForcePathStyle = true,
                // Servers other than Amazon's reject the newer checksum headers; names are checksums here anyway.
                RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
                ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            }
        );
    }

    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        try
        {
            await CheckAsync(cancellationToken);
        }
        catch (AmazonS3Exception exception) when (exception.StatusCode is HttpStatusCode.NotFound)
        {
            await CreateBucketAsync(cancellationToken);
        }

        using var transfer = new TransferUtility(_client);
        await transfer.AbortMultipartUploadsAsync(
            new TransferUtilityAbortMultipartUploadRequest
            {
                BucketName = _bucket,
                // Older than any upload that another process may still be sending.
                InitiatedDate = _clock.GetUtcNow().UtcDateTime.AddDays(-1),
            },
            cancellationToken
        );
    }

    /// <summary>How many blobs are sent at the same time.</summary>
    private const int Uploads = 16;

    public Task CheckAsync(CancellationToken cancellationToken) =>
        _client.HeadBucketAsync(new HeadBucketRequest { BucketName = _bucket }, cancellationToken);

    public async Task KeepAsync(IncomingBlob incoming, CancellationToken cancellationToken)
    {
        if (await FindSizeAsync(incoming.Name, cancellationToken) == incoming.Size)
        {
            return;
        }

        await using var bytes = new FileStream(incoming.Handle, FileAccess.Read, bufferSize: 0);
        if (incoming.Size > PartSize)
        {
            await SendPartsOnceAsync(incoming, bytes, cancellationToken);
            return;
        }

        // Without a condition: not every server takes one here (Swift answers 501), and the bytes are the same ones.
        await _client.PutObjectAsync(
            new PutObjectRequest
            {
                BucketName = _bucket,
                Key = KeyOf(incoming.Name),
                InputStream = bytes,
                AutoCloseStream = false,
                UseChunkEncoding = false,
            },
            cancellationToken
        );
    }

    public Task KeepAsync(IReadOnlyCollection<IncomingBlob> incoming, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(
            incoming,
            new ParallelOptions { MaxDegreeOfParallelism = Uploads, CancellationToken = cancellationToken },
            async (blob, token) => await KeepAsync(blob, token)
        );

    public Task DeleteAsync(BlobName name, CancellationToken cancellationToken) =>
        _client.DeleteObjectAsync(_bucket, KeyOf(name), cancellationToken);

    public async Task<long?> FindSizeAsync(BlobName name, CancellationToken cancellationToken)
    {
        try
        {
            var head = await _client.GetObjectMetadataAsync(_bucket, KeyOf(name), cancellationToken);
            return head.ContentLength;
        }
        catch (AmazonS3Exception exception) when (exception.StatusCode is HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    public async Task<Stream?> OpenAsync(BlobName name, CancellationToken cancellationToken) =>
        await FindSizeAsync(name, cancellationToken) is { } size
            ? new S3ReadStream(_client, _bucket, KeyOf(name), size)
            : null;

    public void Dispose() => _client.Dispose();

    /// <summary>Sends a large blob. Of two uploads of the same bytes at once the server takes the one that ends first.</summary>
    private async Task SendPartsOnceAsync(IncomingBlob incoming, FileStream bytes, CancellationToken cancellationToken)
    {
        try
        {
            await SendPartsAsync(KeyOf(incoming.Name), bytes, ifNoneMatch: "*", cancellationToken);
        }
        catch (AmazonS3Exception exception)
            when (exception.StatusCode
                    is HttpStatusCode.PreconditionFailed
                        or HttpStatusCode.Conflict
                        or HttpStatusCode.NotImplemented
            )
        {
            // The other upload ended first; or the object is not what its name says, or the server knows no conditions.
            if (await FindSizeAsync(incoming.Name, cancellationToken) != incoming.Size)
            {
                await SendPartsAsync(KeyOf(incoming.Name), bytes, ifNoneMatch: null, cancellationToken);
            }
        }
    }

    /// <summary>Sends one part after the other, each with its own retries; nothing is visible before the last call.</summary>
    private async Task SendPartsAsync(
        string key,
        FileStream bytes,
        string? ifNoneMatch,
        CancellationToken cancellationToken
    )
    {
        var partSize = Math.Max(PartSize, bytes.Length / MaxParts + 1);
        var upload = await _client.InitiateMultipartUploadAsync(_bucket, key, cancellationToken);
        try
        {
            var parts = new List<PartETag>();
            for (var from = 0L; from < bytes.Length; from += partSize)
            {
                bytes.Position = from;
                var part = await _client.UploadPartAsync(
                    new UploadPartRequest
                    {
                        BucketName = _bucket,
                        Key = key,
                        UploadId = upload.UploadId,
                        PartNumber = parts.Count + 1,
                        PartSize = Math.Min(partSize, bytes.Length - from),
                        InputStream = bytes,
                        UseChunkEncoding = false,
                    },
                    cancellationToken
                );
                parts.Add(new PartETag(parts.Count + 1, part.ETag));
            }

            await _client.CompleteMultipartUploadAsync(
                new CompleteMultipartUploadRequest
                {
                    BucketName = _bucket,
                    Key = key,
                    UploadId = upload.UploadId,
                    PartETags = parts,
                    IfNoneMatch = ifNoneMatch,
                },
                cancellationToken
            );
        }
        catch
        {
            // At best: the parts are not visible, and the next start removes them.
            Task abort = _client.AbortMultipartUploadAsync(_bucket, key, upload.UploadId, CancellationToken.None);
            await abort.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
    }

    private static string KeyOf(BlobName name) => $"blobs/{name.Hex}";

    private async Task CreateBucketAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _client.PutBucketAsync(new PutBucketRequest { BucketName = _bucket }, cancellationToken);
        }
        catch (AmazonS3Exception exception) when (exception.StatusCode is HttpStatusCode.Conflict)
        {
            // Another process was quicker.
            await CheckAsync(cancellationToken);
        }
    }
}
