using Platform.Artifacts.Tests.Host;
using Platform.Contracts.Artifacts;

namespace Platform.Artifacts.Tests.Catalog;

[Trait("suite", "integration")]
public sealed class Storage_statistics(ArtifactsHost host) : IClassFixture<ArtifactsHost>
{
    private const int Megabyte = 1_000_000;

    [Fact]
    [Trait("check", "MON-05")]
    [Trait("check", "ART-02")]
    public async Task count_equal_bytes_once()
    {
        Assert.Equal(
            new ArtifactStatistics
            {
                Artifacts = 0,
                Versions = 0,
                DeletedVersions = 0,
                Files = 0,
                Blobs = 0,
                LogicalBytes = 0,
                PhysicalBytes = 0,
                SavedBytes = 0,
                SavedRatio = 0,
                UnreferencedBlobs = 0,
                UnreferencedBytes = 0,
            },
            await ReadAsync()
        );

        // Four times the same megabyte: twice in one version, and in two other artifacts, one of which is deleted.
        var bytes = ArtifactsHost.RandomBytes(Megabyte);
        var file = await host.UploadAsync("model.bin", bytes);
        await host.CreateAsync("model", new CreateVersion { Files = [file, file with { Path = "copy.bin" }] });
        await host.CreateAsync("data", new CreateVersion { Files = [await host.UploadAsync("part.bin", bytes)] });
        await host.CreateAsync("code", new CreateVersion { Files = [file] });
        await host.SendAsync(HttpMethod.Delete, "/api/artifacts/code/versions/1");
        await host.UploadAsync("unused", ArtifactsHost.RandomBytes(7));

        Assert.Equal(
            new ArtifactStatistics
            {
                Artifacts = 2,
                Versions = 2,
                DeletedVersions = 1,
                Files = 4,
                Blobs = 1,
                LogicalBytes = 4 * Megabyte,
                PhysicalBytes = Megabyte,
                SavedBytes = 3 * Megabyte,
                SavedRatio = 0.75,
                UnreferencedBlobs = 1,
                UnreferencedBytes = 7,
            },
            await ReadAsync()
        );
        var kept = Directory.GetFiles(Path.Combine(host.Folder, "blobs"), "*", SearchOption.AllDirectories);
        Assert.Equal([7L, Megabyte], kept.Select(path => new FileInfo(path).Length).Order());
    }

    private Task<ArtifactStatistics> ReadAsync() => host.GetAsync<ArtifactStatistics>("/api/artifacts/statistics");
}
