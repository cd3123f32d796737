using System.Formats.Tar;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Platform.Artifacts.Tests.Host;
using Platform.Contracts.Artifacts;

namespace Platform.Artifacts.Tests.Blobs;

[Trait("suite", "integration")]
public sealed class Uploading_many_blobs(ArtifactsHost host) : IClassFixture<ArtifactsHost>
{
    [Fact]
    public async Task stores_each_under_its_hash()
    {
        // More than are made durable together.
        var blobs = Enumerable.Range(0, 1500).Select(_ => ArtifactsHost.RandomBytes(100)).ToList();
        var hashes = blobs.Select(bytes => ArtifactsHost.Sha256(bytes)).ToList();
        Assert.Equal(hashes.Order(StringComparer.Ordinal), (await MissingAsync(hashes)).Order(StringComparer.Ordinal));

        var (status, body) = await PostAsync(Archive(blobs.Select(bytes => (ArtifactsHost.Sha256(bytes), bytes))));

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(1500, body["count"]!.GetValue<int>());
        Assert.Empty(await MissingAsync(hashes));
        Assert.Equal(blobs[1234], await host.Http.GetByteArrayAsync($"/api/artifacts/blobs/{hashes[1234]}"));
    }

    [Fact]
    public async Task takes_what_is_stored_already_and_what_comes_twice()
    {
        var (known, fresh) = (ArtifactsHost.RandomBytes(10), ArtifactsHost.RandomBytes(20));
        await host.UploadAsync("a", known);

        var (status, _) = await PostAsync(
            Archive(new[] { known, fresh, fresh, [] }.Select(bytes => (ArtifactsHost.Sha256(bytes), bytes)))
        );

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(fresh, await host.Http.GetByteArrayAsync($"/api/artifacts/blobs/{ArtifactsHost.Sha256(fresh)}"));
        Assert.Empty(await host.Http.GetByteArrayAsync($"/api/artifacts/blobs/{ArtifactsHost.Sha256([])}"));
    }

    [Fact]
    public async Task refuses_bytes_of_another_hash_and_stores_nothing_of_them()
    {
        var (good, bad) = (ArtifactsHost.RandomBytes(10), ArtifactsHost.RandomBytes(20));
        var wrong = ArtifactsHost.Sha256(ArtifactsHost.RandomBytes(5));

        var (status, body) = await PostAsync(Archive([(ArtifactsHost.Sha256(good), good), (wrong, bad)]));

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal("/problems/blob.checksum-mismatch", body["type"]!.GetValue<string>());
        Assert.Equal(
            [wrong, ArtifactsHost.Sha256(bad)],
            await MissingAsync([wrong, ArtifactsHost.Sha256(bad)]),
            new SetComparer()
        );
    }

    public static TheoryData<string, byte[]> Invalid =>
        new()
        {
            { "a name that is no hash", Archive([("../../etc/passwd", [1])]) },
            { "a blob of more than a mebibyte", Archive([(new string('a', 64), new byte[(1 << 20) + 1])]) },
            { "a link", Link() },
            { "no archive", Encoding.UTF8.GetBytes(new string('x', 2000)) },
            { "half an archive", Archive([(ArtifactsHost.Sha256(new byte[600]), new byte[600])])[..700] },
        };

    [Theory]
    [MemberData(nameof(Invalid))]
    public async Task refuses(string what, byte[] body)
    {
        Assert.NotEmpty(what);

        var (status, problem) = await PostAsync(body);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        // What is cut within a blob has another hash.
        Assert.Contains(
            problem["type"]!.GetValue<string>(),
            what is "half an archive"
                ? ["/problems/blob.checksum-mismatch"]
                : (string[])["/problems/blob.invalid-archive"]
        );
    }

    [Fact]
    public async Task is_asked_about_ten_thousand_at_most_and_only_about_hashes()
    {
        string[] hashes = [new string('b', 64)];
        var (many, _) = await host.SendAsync(
            HttpMethod.Post,
            "/api/artifacts/blobs/missing",
            new JsonObject
            {
                ["sha256"] = new JsonArray([.. Enumerable.Repeat(hashes[0], 10_001).Select(h => (JsonNode)h)]),
            }.ToJsonString()
        );
        var (name, _) = await host.SendAsync(
            HttpMethod.Post,
            "/api/artifacts/blobs/missing",
            """{"sha256":["nothing"]}"""
        );

        Assert.Equal((400, 400), (many, name));
        Assert.Equal(hashes, await MissingAsync([hashes[0], hashes[0]]));
        Assert.Empty(await MissingAsync([]));
    }

    [Fact]
    public async Task keeps_programs_executable()
    {
        var program = await host.UploadAsync("run.sh", "#!/bin/sh"u8.ToArray());
        var name = ArtifactsHost.NewName();
        var plain = await host.CreateAsync(name, new CreateVersion { Files = [program] });
        var executable = await host.CreateAsync(
            name,
            new CreateVersion { Files = [program with { Executable = true }, program with { Path = "text" }] }
        );

        Assert.NotEqual(plain.Digest, executable.Digest);
        var read = await host.GetAsync<ArtifactManifest>($"/api/artifacts/{name}/versions/2");
        Assert.Equal([true, false], read.Files.Select(file => file.Executable));
        await using var archive = new TarReader(
            await host.Http.GetStreamAsync($"/api/artifacts/{name}/versions/2/archive")
        );
        Assert.True((await archive.GetNextEntryAsync())!.Mode.HasFlag(UnixFileMode.UserExecute));
        Assert.False((await archive.GetNextEntryAsync())!.Mode.HasFlag(UnixFileMode.UserExecute));
    }

    private async Task<IReadOnlyList<string>> MissingAsync(IReadOnlyList<string> hashes)
    {
        using var response = await host.Http.PostAsJsonAsync(
            "/api/artifacts/blobs/missing",
            new BlobHashes { Sha256 = hashes }
        );
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return (await response.Content.ReadFromJsonAsync<MissingBlobs>())!.Sha256;
    }

    private async Task<(HttpStatusCode Status, JsonNode Body)> PostAsync(byte[] body)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-tar");
        using var response = await host.Http.PostAsync("/api/artifacts/blobs", content);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
    }

    private static byte[] Archive(IEnumerable<(string Name, byte[] Bytes)> entries)
    {
        using var body = new MemoryStream();
        using (var archive = new TarWriter(body, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (var (name, bytes) in entries)
            {
                archive.WriteEntry(
                    new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(bytes) }
                );
            }
        }

        return body.ToArray();
    }

    private static byte[] Link()
    {
        using var body = new MemoryStream();
        using (var archive = new TarWriter(body, TarEntryFormat.Ustar, leaveOpen: true))
        {
            archive.WriteEntry(
                new UstarTarEntry(TarEntryType.SymbolicLink, new string('a', 64)) { LinkName = "/etc/passwd" }
            );
        }

        return body.ToArray();
    }

    private sealed class SetComparer : IEqualityComparer<IEnumerable<string>>
    {
        public bool Equals(IEnumerable<string>? x, IEnumerable<string>? y) =>
            x!.ToHashSet(StringComparer.Ordinal).SetEquals(y!);

        public int GetHashCode(IEnumerable<string> obj) => 0;
    }
}
