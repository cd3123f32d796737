using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Platform.Artifacts.Tests.Host;
using Platform.Contracts.Artifacts;

namespace Platform.Artifacts.Tests.Blobs;

[Collection("s3")]
[Trait("suite", "integration")]
public sealed class The_service_on_S3(ArtifactsHostOnS3 host) : IClassFixture<ArtifactsHostOnS3>
{
    [Fact]
    [Trait("check", "ART-05")]
    public async Task takes_and_gives_versions()
    {
        var bytes = ArtifactsHost.RandomBytes(40_000_000);
        var name = ArtifactsHost.NewName();
        var version = await host.CreateAsync(
            name,
            new CreateVersion { Files = [await host.UploadAsync("weights/model.bin", bytes)] }
        );

        var path = $"/api/artifacts/{name}/versions/{version.Version}/files/weights/model.bin";
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Range = new RangeHeaderValue(39_000_000, null);
        using var tail = await host.Http.SendAsync(request);

        Assert.Equal(bytes, await host.Http.GetByteArrayAsync(path));
        Assert.Equal(HttpStatusCode.PartialContent, tail.StatusCode);
        Assert.Equal(bytes[39_000_000..], await tail.Content.ReadAsByteArrayAsync());
        Assert.False(Directory.Exists(Path.Combine(host.Folder, "blobs")));
        Assert.Empty(Directory.EnumerateFiles(host.Incoming));
    }

    [Fact]
    public async Task refuses_other_bytes_than_the_name_says_before_they_are_sent_on()
    {
        var sha256 = ArtifactsHost.Sha256(ArtifactsHost.RandomBytes(10));

        using var response = await host.PutBlobAsync(sha256, ArtifactsHost.RandomBytes(10));
        using var head = await host.Http.SendAsync(
            new HttpRequestMessage(HttpMethod.Head, $"/api/artifacts/blobs/{sha256}")
        );

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, head.StatusCode);
    }

    [Fact]
    public async Task is_ready_while_the_bucket_answers()
    {
        var health = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();

        Assert.Equal(HealthStatus.Healthy, health.Entries["artifact-store"].Status);
    }
}

[Collection("s3")]
[Trait("suite", "integration")]
public sealed class The_service_without_its_S3_server(ArtifactsHostLosingS3 host) : IClassFixture<ArtifactsHostLosingS3>
{
    [Fact]
    public async Task says_so_and_is_not_ready()
    {
        var bytes = ArtifactsHost.RandomBytes(10);
        var file = await host.UploadAsync("a", bytes);
        await host.StopS3Async();

        var (read, problem) = await host.SendAsync(HttpMethod.Get, $"/api/artifacts/blobs/{file.Sha256}");
        using var write = await host.PutBlobAsync(ArtifactsHost.Sha256([1]), [1]);
        using var ready = await host.Http.GetAsync("/health/ready");

        Assert.Equal(503, read);
        Assert.Equal("/problems/unavailable", (string?)problem!["type"]);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, write.StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
    }
}
