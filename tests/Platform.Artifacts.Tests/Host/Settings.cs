using System.ComponentModel.DataAnnotations;

namespace Platform.Artifacts.Tests.Host;

public sealed class Settings
{
    [Fact]
    public void for_files_require_a_folder()
    {
        Assert.Equal(["Artifacts:Folder must name the folder that keeps artifact bytes."], Problems(new()));
        Assert.Empty(Problems(new() { Folder = "/data" }));
    }

    [Fact]
    public void for_S3_require_everything_but_a_folder()
    {
        Assert.Equal(["Artifacts:S3 is missing."], Problems(new() { Store = BlobStoreKind.S3 }));
        Assert.Equal(
            [
                "Artifacts:S3:Endpoint must be an http or https address.",
                "Artifacts:S3:Bucket is missing.",
                "Artifacts:S3:AccessKey is missing.",
                "Artifacts:S3:SecretKey is missing.",
            ],
            Problems(
                new()
                {
                    Store = BlobStoreKind.S3,
                    S3 = new S3Options { Endpoint = "ftp://somewhere" },
                }
            )
        );
        Assert.Empty(
            Problems(
                new()
                {
                    Store = BlobStoreKind.S3,
                    S3 = new S3Options
                    {
                        Endpoint = "http://127.0.0.1:9000",
                        Bucket = "artifacts",
                        AccessKey = "key",
                        SecretKey = "secret",
                    },
                }
            )
        );
    }

    private static IEnumerable<string?> Problems(ArtifactsOptions options)
    {
        var problems = new List<ValidationResult>();
        Validator.TryValidateObject(options, new ValidationContext(options), problems, validateAllProperties: true);
        return problems.Select(problem => problem.ErrorMessage);
    }
}
