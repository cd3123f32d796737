using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Platform.Artifacts.Retention;
using Platform.Artifacts.Tests.Host;

namespace Platform.Artifacts.Tests.RunFiles;

[Trait("suite", "integration")]
public sealed class Files_of_a_run(HostWithRuns host) : IClassFixture<HostWithRuns>
{
    [Fact]
    public async Task are_stored_listed_and_read_back()
    {
        var run = host.NewRun();
        var bytes = ArtifactsHost.RandomBytes(3000);

        Assert.Equal(HttpStatusCode.Created, await PutAsync(run, "plots/loss curve é.png", bytes));
        Assert.Equal(HttpStatusCode.Created, await PutAsync(run, "plots/deep/er/a.txt", [1, 2]));
        Assert.Equal(HttpStatusCode.Created, await PutAsync(run, "empty", []));

        var all = await host.GetAsync<JsonNode>($"/api/runs/{run}/files");
        Assert.Equal(
            ["empty", "plots/deep/er/a.txt", "plots/loss curve é.png"],
            all["items"]!.AsArray().Select(file => (string)file!["path"]!)
        );
        var below = await host.GetAsync<JsonNode>($"/api/runs/{run}/files?folder=plots/deep");
        Assert.Equal(["plots/deep/er/a.txt"], below["items"]!.AsArray().Select(file => (string)file!["path"]!));
        Assert.Equal(
            ["plots/loss curve é.png"],
            (await host.GetAsync<JsonNode>($"/api/runs/{run}/files?search=CURVE"))["items"]!
                .AsArray()
                .Select(file => (string)file!["path"]!)
        );

        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/runs/{run}/files/plots/loss%20curve%20é.png");
        request.Headers.Range = new RangeHeaderValue(10, 19);
        using var part = await host.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
        Assert.Equal(bytes[10..20], await part.Content.ReadAsByteArrayAsync());
        Assert.Equal("image/png", part.Content.Headers.ContentType!.MediaType);
        Assert.Equal($"\"{ArtifactsHost.Sha256(bytes)}\"", part.Headers.ETag!.Tag);
        Assert.Equal("sandbox; default-src 'none'", part.Headers.GetValues("Content-Security-Policy").Single());
    }

    [Fact]
    public async Task are_not_listed_with_those_of_other_runs()
    {
        var (run, other) = (host.NewRun(), host.NewRun());
        await PutAsync(run, "same/path", [1]);
        await PutAsync(other, "same/path", [1, 2]);

        var files = await host.GetAsync<JsonNode>($"/api/runs/{run}/files");

        Assert.Equal(1, (long)Assert.Single(files["items"]!.AsArray())!["size"]!);
    }

    [Fact]
    public async Task are_shown_folder_by_folder_and_page_by_page()
    {
        var run = host.NewRun();
        foreach (var path in new[] { "a/1", "a/2", "a/b/3", "b.txt", "c/😀/4", "é" })
        {
            await PutAsync(run, path, [1, 2, 3]);
        }

        var top = await host.GetAsync<JsonNode>($"/api/runs/{run}/folder?limit=2");
        Assert.Equal(
            [("a", true, 9L, 3), ("b.txt", false, 3L, 1)],
            top["entries"]!
                .AsArray()
                .Select(entry =>
                    ((string)entry!["name"]!, (bool)entry["isFolder"]!, (long)entry["size"]!, (int)entry["files"]!)
                )
        );
        var rest = await host.GetAsync<JsonNode>($"/api/runs/{run}/folder?limit=2&after={top["next"]}");
        Assert.Equal(["c", "é"], Names(rest));
        Assert.Null(rest["next"]);
        Assert.Equal(["1", "2", "b"], Names(await host.GetAsync<JsonNode>($"/api/runs/{run}/folder?path=a")));
        Assert.Equal(["4"], Names(await host.GetAsync<JsonNode>($"/api/runs/{run}/folder?path=c/😀")));
        Assert.Equal(404, (await host.SendAsync(HttpMethod.Get, $"/api/runs/{run}/folder?path=none")).Status);
        Assert.Equal(400, (await host.SendAsync(HttpMethod.Get, $"/api/runs/{run}/folder?limit=0")).Status);
        Assert.Equal(400, (await host.SendAsync(HttpMethod.Get, $"/api/runs/{run}/folder?path=../x")).Status);
        Assert.Equal(400, (await host.SendAsync(HttpMethod.Get, $"/api/runs/{run}/folder?after=%00")).Status);
    }

    [Fact]
    public async Task are_replaced_by_later_uploads_of_the_same_path_and_deleted_with_their_folder()
    {
        var run = host.NewRun();
        await PutAsync(run, "m/a", [1]);
        await PutAsync(run, "m/b", [2]);
        await PutAsync(run, "ma", [3]);

        Assert.Equal(HttpStatusCode.OK, await PutAsync(run, "m/a", [4, 5]));
        Assert.Equal([4, 5], await host.Http.GetByteArrayAsync($"/api/runs/{run}/files/m/a"));

        Assert.Equal(204, (await host.SendAsync(HttpMethod.Delete, $"/api/runs/{run}/files/m")).Status);
        Assert.Equal(404, (await host.SendAsync(HttpMethod.Delete, $"/api/runs/{run}/files/m")).Status);
        Assert.Equal(["ma"], Names(await host.GetAsync<JsonNode>($"/api/runs/{run}/folder")));
    }

    [Theory]
    [InlineData("../a")]
    [InlineData("a//b")]
    [InlineData("a%5Cb")]
    [InlineData("a%00b")]
    [InlineData("a%0Ab")]
    public async Task have_paths_that_stay_below_the_run(string path)
    {
        var run = host.NewRun();

        // Sent as it is: a client's own library would take the parts away.
        using var request = new HttpRequestMessage(
            HttpMethod.Put,
            new Uri(
                $"{host.Address}api/runs/{run}/files/{path}",
                new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }
            )
        );
        request.Content = new ByteArrayContent([1]);
        using var response = await host.Http.SendAsync(request);

        Assert.True((int)response.StatusCode is >= 400 and < 500, $"{response.StatusCode}");
        Assert.Empty(Names(await host.GetAsync<JsonNode>($"/api/runs/{run}/folder")));
    }

    [Fact]
    public async Task have_the_same_path_with_slashes_encoded_as_generated_clients_do()
    {
        var run = host.NewRun();
        await PutAsync(run, "a/b c.txt", [1]);

        var (status, _) = await host.SendAsync(HttpMethod.Put, $"/api/runs/{run}/files/a%2Fb%20c.txt", "[2]");

        Assert.Equal(200, status);
        Assert.Equal("[2]", await host.Http.GetStringAsync($"/api/runs/{run}/files/a%2fb%20c.txt"));
        Assert.Equal(204, (await host.SendAsync(HttpMethod.Delete, $"/api/runs/{run}/files/a%2Fb%20c.txt")).Status);
    }

    [Theory]
    [InlineData("a%25zz", 201)]
    [InlineData("%E4%B8%AD", 201)]
    [InlineData("%ff", 400)]
    [InlineData("%ED%A0%80", 400)]
    [InlineData("a%2520b", 400)]
    public async Task have_no_addresses_that_mean_another_file_behind_the_gateway(string path, int status) =>
        Assert.Equal(
            status,
            (await host.SendAsync(HttpMethod.Put, $"/api/runs/{host.NewRun()}/files/{path}", "{}")).Status
        );

    [Theory]
    [InlineData("If-None-Match", "*", true, 412)]
    [InlineData("If-None-Match", "*", false, 201)]
    [InlineData("If-None-Match", "\"a\"", false, 412)]
    [InlineData("If-Match", "*", true, 200)]
    [InlineData("If-Match", "*", false, 412)]
    [InlineData("If-Match", "ETag", true, 200)]
    [InlineData("If-Match", "ETag", false, 412)]
    [InlineData("If-Match", "\"nonsense\"", true, 412)]
    [InlineData("If-Match", "Other", true, 412)]
    public async Task are_replaced_only_if_they_are_as_their_sender_expects(
        string header,
        string value,
        bool isThere,
        int expected
    )
    {
        var run = host.NewRun();
        var etag = "";
        if (isThere)
        {
            await PutAsync(run, "a", [1]);
            using var answer = await host.Http.GetAsync($"/api/runs/{run}/files/a");
            etag = answer.Headers.ETag!.Tag;
        }

        var (status, body) = await host.SendAsync(
            HttpMethod.Put,
            $"/api/runs/{run}/files/a",
            "{}",
            (
                header,
                value switch
                {
                    "ETag" when isThere => etag,
                    "ETag" or "Other" => $"\"{ArtifactsHost.Sha256([9])}\"",
                    _ => value,
                }
            )
        );

        Assert.Equal(expected, status);
        if (expected == 412)
        {
            Assert.Equal("run-file.changed", (string?)body!["code"]);
            Assert.Equal(isThere ? ["a"] : [], Names(await host.GetAsync<JsonNode>($"/api/runs/{run}/folder")));
        }
    }

    [Theory]
    [InlineData("Content-Range", "bytes 0-2/10", 400)]
    [InlineData("Content-Encoding", "gzip", 415)]
    public async Task are_stored_as_a_whole_and_as_they_are(string header, string value, int expected)
    {
        var run = host.NewRun();
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/api/runs/{run}/files/a");
        request.Content = new ByteArrayContent([1, 2, 3]);
        request.Content.Headers.TryAddWithoutValidation(header, value);

        using var answer = await host.Http.SendAsync(request);

        Assert.Equal(expected, (int)answer.StatusCode);
        Assert.Empty(Names(await host.GetAsync<JsonNode>($"/api/runs/{run}/folder")));
    }

    [Fact]
    public async Task are_no_folders_and_folders_are_no_files()
    {
        var run = host.NewRun();
        await PutAsync(run, "a/b", [1]);

        Assert.Equal(HttpStatusCode.Conflict, await PutAsync(run, "a", [1]));
        Assert.Equal(HttpStatusCode.Conflict, await PutAsync(run, "a/b/c/d", [1]));
        Assert.Equal(HttpStatusCode.Created, await PutAsync(run, "ab", [1]));
    }

    [Fact]
    public async Task are_checked_against_the_hash_that_their_sender_has()
    {
        var run = host.NewRun();

        var (status, body) = await host.SendAsync(
            HttpMethod.Put,
            $"/api/runs/{run}/files/a",
            "{}",
            ("X-Content-Sha256", ArtifactsHost.Sha256([1]))
        );

        Assert.Equal((400, "blob.checksum-mismatch"), (status, (string?)body!["code"]));
        Assert.Empty(Names(await host.GetAsync<JsonNode>($"/api/runs/{run}/folder")));
    }

    [Fact]
    public async Task of_a_run_that_is_not_there_are_refused_until_it_is()
    {
        var run = Guid.CreateVersion7().ToString();

        var (status, body) = await host.SendAsync(HttpMethod.Get, $"/api/runs/{run}/files");
        Assert.Equal((404, "/problems/run.not-found"), (status, (string?)body!["type"]));
        Assert.Equal(HttpStatusCode.NotFound, await PutAsync(run, "a", [1]));
        Assert.Equal(HttpStatusCode.NotFound, await PutAsync("no;run", "a", [1]));

        host.Set(run, version: 1);
        Assert.Equal(HttpStatusCode.Created, await PutAsync(run.ToUpperInvariant().Replace("-", ""), "a", [1]));
        Assert.Equal(["a"], Names(await host.GetAsync<JsonNode>($"/api/runs/{run}/folder")));
    }

    [Fact]
    public async Task that_come_at_once_ask_tracking_once()
    {
        var run = host.NewRun();
        await PutAsync(host.NewRun(), "warm-up", [1]);
        var before = host.Asked;

        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => PutAsync(run, $"f/{i}", [1])));

        Assert.All(answers, status => Assert.Equal(HttpStatusCode.Created, status));
        Assert.Equal(1, host.Asked - before);
        Assert.Equal(40, Names(await host.GetAsync<JsonNode>($"/api/runs/{run}/folder?path=f")).Count());
    }

    [Fact]
    public async Task of_a_run_in_the_recycle_bin_can_be_read_but_not_changed()
    {
        var run = host.NewRun();
        await PutAsync(run, "a", [1]);

        await host.AnnounceAsync(host.Set(run, version: 2, deleted: true));
        Assert.Equal(HttpStatusCode.Conflict, await PutAsync(run, "b", [1]));
        Assert.Equal(409, (await host.SendAsync(HttpMethod.Delete, $"/api/runs/{run}/files/a")).Status);
        Assert.Equal([1], await host.Http.GetByteArrayAsync($"/api/runs/{run}/files/a"));

        // Late: it was said before.
        await host.AnnounceAsync(host.Set(run, version: 1));
        Assert.Equal(HttpStatusCode.Conflict, await PutAsync(run, "b", [1]));

        await host.AnnounceAsync(host.Set(run, version: 3));
        Assert.Equal(HttpStatusCode.Created, await PutAsync(run, "b", [1]));
    }

    [Fact]
    public async Task are_deleted_with_their_run_and_their_bytes_after_them()
    {
        var run = host.NewRun();
        var bytes = ArtifactsHost.RandomBytes(500);
        await PutAsync(run, "a", bytes);
        var collector = host.Services.GetRequiredService<BlobCollector>();
        var later = TimeProvider.System.GetUtcNow().AddHours(1);

        await collector.CollectAsync(later, CancellationToken.None);
        Assert.Equal(bytes, await host.Http.GetByteArrayAsync($"/api/runs/{run}/files/a"));

        await host.AnnounceAsync(host.Set(run, version: 9, exists: false));
        Assert.Equal(404, (await host.SendAsync(HttpMethod.Get, $"/api/runs/{run}/files/a")).Status);

        // A question that was asked before it was created is answered late.
        host.Set(run, version: 0, exists: false);
        Assert.Equal(404, (await host.SendAsync(HttpMethod.Get, $"/api/runs/{run}/files/a")).Status);
        await collector.CollectAsync(later, CancellationToken.None);
        using var head = new HttpRequestMessage(HttpMethod.Head, $"/api/artifacts/blobs/{ArtifactsHost.Sha256(bytes)}");
        using var gone = await host.Http.SendAsync(head);
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
    }

    [Fact]
    public async Task stay_when_an_answer_of_before_their_run_was_created_comes_late()
    {
        var run = Guid.CreateVersion7().ToString();
        Assert.Equal(HttpStatusCode.NotFound, await PutAsync(run, "a", [1]));
        var late = host.Set(run, version: 0, exists: false);
        host.Set(run, version: 1);
        await PutAsync(run, "a", [1]);

        await host.AnnounceAsync(late);

        Assert.Equal([1], await host.Http.GetByteArrayAsync($"/api/runs/{run}/files/a"));
    }

    private static IEnumerable<string> Names(JsonNode folder) =>
        folder["entries"]!.AsArray().Select(entry => (string)entry!["name"]!);

    private async Task<HttpStatusCode> PutAsync(string run, string path, byte[] bytes)
    {
        using var body = new ByteArrayContent(bytes);
        var escaped = string.Join('/', path.Split('/').Select(Uri.EscapeDataString));
        using var response = await host.Http.PutAsync($"/api/runs/{run}/files/{escaped}", body);
        return response.StatusCode;
    }
}
