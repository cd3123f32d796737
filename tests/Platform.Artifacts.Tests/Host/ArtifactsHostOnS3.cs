using Microsoft.AspNetCore.Hosting;

namespace Platform.Artifacts.Tests.Host;

/// <summary>The same service with its blobs on the shared S3 server.</summary>
public sealed class ArtifactsHostOnS3(SharedS3Server server) : ArtifactsHost
{
    protected override void Configure(IWebHostBuilder builder) => builder.UseS3(server.S3);
}

/// <summary>The same service with its own S3 server, which can be stopped.</summary>
public sealed class ArtifactsHostLosingS3 : ArtifactsHost
{
    private S3Server? _s3;

    public override async Task InitializeAsync()
    {
        _s3 = await S3Server.StartAsync();
        await base.InitializeAsync();
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await StopS3Async();
    }

    public async Task StopS3Async()
    {
        if (_s3 is { } server)
        {
            _s3 = null;
            await server.DisposeAsync();
        }
    }

    protected override void Configure(IWebHostBuilder builder) => builder.UseS3(_s3!);
}

/// <summary>One S3 server for the tests that do not stop it; they run sequentially.</summary>
[CollectionDefinition("s3")]
public sealed class SharedS3Server : IAsyncLifetime, ICollectionFixture<SharedS3Server>
{
    private S3Server? _s3;

    public S3Server S3 => _s3!;

    public async Task InitializeAsync() => _s3 = await S3Server.StartAsync();

    public async Task DisposeAsync()
    {
        if (_s3 is not null)
        {
            await _s3.DisposeAsync();
        }
    }
}

internal static class S3Settings
{
    public static void UseS3(this IWebHostBuilder builder, S3Server server)
    {
        builder.UseSetting("Artifacts:Store", "S3");
        builder.UseSetting("Artifacts:S3:Endpoint", server.Endpoint);
        builder.UseSetting("Artifacts:S3:Bucket", "artifacts");
        builder.UseSetting("Artifacts:S3:AccessKey", server.AccessKey);
        builder.UseSetting("Artifacts:S3:SecretKey", server.SecretKey);
    }
}
