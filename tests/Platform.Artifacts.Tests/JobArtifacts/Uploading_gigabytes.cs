using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using Platform.Artifacts.Tests.Host;
using Platform.Contracts.Artifacts;

namespace Platform.Artifacts.Tests.JobArtifacts;

/// <summary>Measures the memory of the process, so no other test runs at the same time.</summary>
[CollectionDefinition("alone", DisableParallelization = true)]
public sealed class AloneCollection;

[Collection("alone")]
[Trait("suite", "integration")]
public sealed class Uploading_gigabytes(ArtifactsHost host) : IClassFixture<ArtifactsHost>
{
    private readonly Guid _job = Guid.CreateVersion7();

    [Fact]
    [Trait("check", "JOB-07")]
    public async Task uses_little_memory()
    {
        const long Size = 2_147_495_993;
        // head -c 2147495993 /dev/zero | sha256sum
        const string Sha256 = "818e2054922b534ddf65fdd2032023dd2bbc744543f4af2ed516e706a91481ab";
        var name = ArtifactsHost.NewName();
        using var process = Process.GetCurrentProcess();
        GC.Collect();
        process.Refresh();
        var before = process.WorkingSet64;
        var highest = before;
        using var body = new ZerosContent(
            Size,
            () =>
            {
                process.Refresh();
                highest = Math.Max(highest, process.WorkingSet64);
            }
        );
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/jobs/{_job}/artifacts?name={name}");
        request.Content = body;

        using var response = await host.Http.SendAsync(request);

        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        var manifest = (await response.Content.ReadFromJsonAsync<ArtifactManifest>())!;
        Assert.Equal(Size, manifest.Size);
        Assert.Equal(Sha256, manifest.Files[0].Sha256);
        Assert.True(highest - before < 200 << 20, $"Memory grew by {(highest - before) >> 20} MiB.");
        using var end = new HttpRequestMessage(HttpMethod.Get, $"/api/artifacts/{name}/versions/1/files/{name}");
        end.Headers.Range = new(Size - 100, null);
        using var tail = await host.Http.SendAsync(end);
        Assert.Equal(HttpStatusCode.PartialContent, tail.StatusCode);
        Assert.Equal(new byte[100], await tail.Content.ReadAsByteArrayAsync());
    }

    /// <summary>A body of zeros that is generated while it is sent.</summary>
    private sealed class ZerosContent(long size, Action observe) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            var zeros = new byte[1 << 20];
            for (var sent = 0L; sent < size; sent += zeros.Length)
            {
                await stream.WriteAsync(zeros.AsMemory(0, (int)Math.Min(zeros.Length, size - sent)));
                observe();
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = size;
            return true;
        }
    }
}
