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
    [Trait("check", "JOB-07")]
    public async Task creates_a_version_of_one_file_each_time()
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
    [Trait("check", "JOB-07")]
    public async Task with_other_bytes_than_declared_is_refused_and_nothing_is_stored()
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
    public async Task repeated_with_its_idempotency_key_creates_one_version()
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
    public async Task with_invalid_parameters_is_refused_and_stores_nothing(string query, string? header)
    {
        var parts = header?.Split(": ");

        using var response = await PostAsync(query, [1], parts is null ? [] : [(parts[0], parts[1])]);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        Assert.Empty(await NumbersAsync());
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
}
