using System.ComponentModel.DataAnnotations;

namespace Platform.Artifacts;

/// <summary>Where the bytes of artifacts are stored (configuration section <c>Artifacts</c>).</summary>
public sealed class ArtifactsOptions : IValidatableObject
{
    /// <summary><c>Files</c> or <c>S3</c>.</summary>
    public BlobStoreKind Store { get; set; } = BlobStoreKind.Files;

    /// <summary>
    /// The folder of the blobs and of uploads in progress. With <c>S3</c> it holds only the uploads and defaults to the
    /// system's temporary folder.
    /// </summary>
    public string? Folder { get; set; }

    /// <summary>The object store; required with <c>S3</c>.</summary>
    public S3Options? S3 { get; set; }

    /// <summary>How long a deleted version stays in the recycle bin before it is purged.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "36500.00:00:00")]
    public TimeSpan KeepDeleted { get; set; } = TimeSpan.FromDays(30);

    /// <summary>
    /// How long bytes that nothing names are kept since they were uploaded or asked for last: longer than it takes to upload a version.
    /// </summary>
    [Range(typeof(TimeSpan), "01:00:00", "36500.00:00:00")]
    public TimeSpan KeepUnused { get; set; } = TimeSpan.FromDays(1);

    /// <summary>How often it is looked for what is kept no longer; that reads the names of all bytes.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "1.00:00:00")]
    public TimeSpan RetentionInterval { get; set; } = TimeSpan.FromHours(1);

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Store is BlobStoreKind.Files && string.IsNullOrWhiteSpace(Folder))
        {
            yield return new ValidationResult("Artifacts:Folder must name the folder that keeps artifact bytes.");
        }

        if (Store is BlobStoreKind.S3)
        {
            foreach (var problem in S3 is null ? ["Artifacts:S3 is missing."] : S3.Problems())
            {
                yield return new ValidationResult(problem);
            }
        }
    }
}

/// <summary>Which kind of store holds the bytes.</summary>
public enum BlobStoreKind
{
    /// <summary>A folder.</summary>
    Files,

    /// <summary>A bucket on a server with the S3 protocol.</summary>
    S3,
}

/// <summary>An S3 bucket (configuration section <c>Artifacts:S3</c>); it is created when it does not exist.</summary>
public sealed class S3Options
{
    /// <summary>Such as <c>http://127.0.0.1:9000</c>; requests are path style.</summary>
    public string? Endpoint { get; set; }
    public string? Bucket { get; set; }
    public string? AccessKey { get; set; }
    public string? SecretKey { get; set; }
    public string Region { get; set; } = "us-east-1";

    internal IEnumerable<string> Problems()
    {
        if (!Uri.TryCreate(Endpoint, UriKind.Absolute, out var endpoint) || endpoint.Scheme is not ("http" or "https"))
        {
            yield return "Artifacts:S3:Endpoint must be an http or https address.";
        }

        foreach (
            var (key, value) in new[]
            {
                (nameof(Bucket), Bucket),
                (nameof(AccessKey), AccessKey),
                (nameof(SecretKey), SecretKey),
                (nameof(Region), Region),
            }
        )
        {
            if (string.IsNullOrWhiteSpace(value))
            {
                yield return $"Artifacts:S3:{key} is missing.";
            }
        }
    }
}
