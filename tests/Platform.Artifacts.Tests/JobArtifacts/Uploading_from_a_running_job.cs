using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Platform.Artifacts.Tests.Host;
using Platform.Contracts.Artifacts;

namespace Platform.Artifacts.Tests.JobArtifacts;

[Trait("suite", "integration")]
public sealed class Uploading_from_a_running_job(ArtifactsHost host) : IClassFixture<ArtifactsHost>
{
    private readonly Guid _job = Guid.CreateVersion7();

    [Fact]
    [Trait("row", "81")]
    public async Task makes_a_version_of_one_file_each_time()
    {
        var name = ArtifactsHost.NewName();
        var first = ArtifactsHost.RandomBytes(5000);
        var second = ArtifactsHost.RandomBytes(6000);

        using var one = await PostAsync($"name={name}&type=checkpoint&path=epochs/1.bin&attempt=2&project=demo", first);
        using var two = await PostAsync($"name={name}", second, ("X-Content-Sha256", ArtifactsHost.Sha256(second)));

        Assert.Equal(HttpStatusCode.Created, one.StatusCode);
        var manifest = (await one.Content.ReadFromJsonAsync<ArtifactManifest>())!;
        Assert.Equal(
            (1, "checkpoint", "demo", _job, 2),
            (manifest.Version, manifest.Type, manifest.Project, manifest.JobId!.Value, manifest.Attempt!.Value)
        );
        Assert.Equal(
            [
                new ArtifactFile
                {
                    Path = "epochs/1.bin",
                    Size = 5000,
                    Sha256 = ArtifactsHost.Sha256(first),
                },
            ],
            manifest.Files
        );
        Assert.Equal(HttpStatusCode.Created, two.StatusCode);
        Assert.Equal(second, await host.Http.GetByteArrayAsync($"/api/artifacts/{name}/versions/2/files/{name}"));
        Assert.Equal([2, 1], await NumbersAsync());
    }

    [Fact]
    public async Task is_listed_page_by_page_for_that_job_only()
    {
        var name = ArtifactsHost.NewName();
        for (var i = 0; i < 3; i++)
        {
            using var response = await PostAsync($"name={name}", [1]);
        }

        var page = await host.GetAsync<JsonNode>($"/api/jobs/{_job}/artifacts?limit=2");
        var rest = await host.GetAsync<JsonNode>($"/api/jobs/{_job}/artifacts?limit=2&cursor={page["nextCursor"]}");

        Assert.Equal((3, 2, 1), ((int)page["total"]!, page["items"]!.AsArray().Count, rest["items"]!.AsArray().Count));
        Assert.Equal(1, (int)rest["items"]![0]!["version"]!);
        Assert.Null(rest["nextCursor"]);
        Assert.Equal(0, (int)(await host.GetAsync<JsonNode>($"/api/jobs/{Guid.CreateVersion7()}/artifacts"))["total"]!);
        Assert.Equal(400, (await host.SendAsync(HttpMethod.Get, $"/api/jobs/{_job}/artifacts?cursor=x")).Status);
    }

    [Fact]
    [Trait("row", "81")]
    public async Task with_other_bytes_than_announced_is_refused_and_nothing_is_kept()
    {
        var bytes = ArtifactsHost.RandomBytes(1000);
        var digest = $"sha-512=:AAAA:, sha-256=:{Convert.ToBase64String(SHA256.HashData(bytes))}:";

        using var right = await PostAsync($"name={ArtifactsHost.NewName()}", bytes, ("Content-Digest", digest));
        bytes[0] ^= 1;
        using var wrong = await PostAsync($"name={ArtifactsHost.NewName()}", bytes, ("Content-Digest", digest));

        Assert.Equal(HttpStatusCode.Created, right.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
        Assert.Contains("blob.checksum-mismatch", await wrong.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(host.Incoming));
        using var blob = await host.Http.GetAsync($"/api/artifacts/blobs/{ArtifactsHost.Sha256(bytes)}");
        Assert.Equal(HttpStatusCode.NotFound, blob.StatusCode);
        Assert.Equal([1], await NumbersAsync());
    }

    [Fact]
    public async Task repeated_with_its_idempotency_key_makes_one_version()
    {
        var name = ArtifactsHost.NewName();

        using var first = await PostAsync($"name={name}", [1], ("Idempotency-Key", "a"));
        using var again = await PostAsync($"name={name}", [1], ("Idempotency-Key", "a"));
        using var other = await PostAsync($"name={name}", [2], ("Idempotency-Key", "a"));

        Assert.Equal(HttpStatusCode.Created, again.StatusCode);
        Assert.Equal(HttpStatusCode.Conflict, other.StatusCode);
        Assert.Equal([1], await NumbersAsync());
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("name=..%2Fa", null)]
    [InlineData("name=a&path=..%2Fa", null)]
    [InlineData("name=a&path=%2Fetc%2Fpasswd", null)]
    [InlineData("name=a&type=picture", null)]
    [InlineData("name=a&attempt=x", null)]
    [InlineData("name=a&attempt=0", null)]
    [InlineData("name=a", "X-Content-Sha256: abc")]
    [InlineData("name=a", "Content-Digest: sha-256=abc")]
    [InlineData("name=a", "Content-Digest: sha-256=:AAAA:")]
    public async Task with_bad_parameters_is_refused_without_a_trace(string query, string? header)
    {
        var parts = header?.Split(": ");

        using var response = await PostAsync(query, [1], parts is null ? [] : [(parts[0], parts[1])]);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        Assert.Empty(await NumbersAsync());
    }

    [Fact]
    [Trait("row", "81")]
    public async Task takes_more_than_two_gigabytes_in_little_memory()
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

    private async Task<HttpResponseMessage> PostAsync(
        string query,
        byte[] bytes,
        params (string Name, string Value)[] headers
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/jobs/{_job}/artifacts?{query}");
        request.Content = new ByteArrayContent(bytes);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await host.Http.SendAsync(request);
    }

    private async Task<IReadOnlyList<int>> NumbersAsync() =>
        [
            .. (await host.GetAsync<JsonNode>($"/api/jobs/{_job}/artifacts"))["items"]!
                .AsArray()
                .Select(item => (int)item!["version"]!),
        ];

    /// <summary>A body of zeros that is made while it is sent.</summary>
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
